package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;

/** Keys of one recipe: <code>{NAME}/KIND/REST</code>. The braces make a name one tag, so all of it lies in one shard, and changes in one transaction. */
record RecipeKeys(String name, String prefix) {
  private static final int NAME_BYTES_MAX = 1_024;
  private static final int PART_BYTES_MAX = 256;

  /** @throws IllegalArgumentException with what would be right */
  static RecipeKeys of(String name, String kind) {
    checkText("The name of a " + kind, name, NAME_BYTES_MAX);
    if (name.indexOf('{') >= 0 || name.indexOf('}') >= 0) {
      throw new IllegalArgumentException("The name of a " + kind + " has no braces, which stand around it in its keys; was '" + name + "'");
    }
    return new RecipeKeys(name, "{" + name + "}/" + kind + "/");
  }

  /** A name that others are told: of a participant. @throws IllegalArgumentException with what would be right */
  static String checkParticipant(String participant) {
    checkText("The name of a participant", participant, PART_BYTES_MAX);
    return participant;
  }

  private static void checkText(String what, String text, int bytesMax) {
    int bytes = ByteSeq.utf8(text).size();
    if (bytes < 1 || bytes > bytesMax) {
      throw new IllegalArgumentException(what + " has 1 to " + bytesMax + " bytes, had " + bytes);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(what + " has no control characters; one was found among its " + bytes + " bytes");
    }
  }

  ByteSeq key(String rest) {
    return ByteSeq.utf8(prefix + rest);
  }

  KeyRange below(String rest) {
    return KeyRange.prefix(prefix + rest);
  }

  KeyRange all() {
    return KeyRange.prefix(prefix);
  }
}
