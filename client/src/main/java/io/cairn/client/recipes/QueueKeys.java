package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a queue stands, all of it under one tag:
 *
 * <pre>
 * {NAME}/queue/tail                    the number of the message offered last, in decimal text
 * {NAME}/queue/items/NUMBER            a message: its value
 * {NAME}/queue/items/NUMBER/claim      it is somebody's, while this key is there; under a lease of the visibility time
 * {NAME}/queue/items/NUMBER/deliveries how often it was taken, in decimal text; not there before the first time
 * {NAME}/queue/tickets/RANDOM          whose lease the claim is to be under; there from before a claim until it is made
 * {NAME}/queue/dead/NUMBER             a dead letter: its value
 * </pre>
 *
 * NUMBER has 16 digits in hexadecimal. A number is given in the transaction that puts the message, from {@code tail}; so the order of keys, of numbers and
 * of create revisions is one order.
 */
final class QueueKeys {
  private static final String ITEMS = "items/";
  private static final String DEAD = "dead/";
  private static final Pattern ITEM = Pattern.compile("([0-9a-f]{16})(/claim|/deliveries)?");

  private final RecipeKeys keys;
  private final String itemsPrefix;

  QueueKeys(String name) {
    this.keys = RecipeKeys.of(name, "queue");
    this.itemsPrefix = keys.prefix() + ITEMS;
  }

  /** One of the keys of a message. @param part empty for the message itself */
  record ItemKey(long number, String part) {
    boolean isMessage() {
      return part.isEmpty();
    }

    boolean isClaim() {
      return part.equals("/claim");
    }
  }

  String name() {
    return keys.name();
  }

  ByteSeq tail() {
    return keys.key("tail");
  }

  KeyRange items() {
    return keys.below(ITEMS);
  }

  /** The items from this one on. */
  KeyRange itemsFrom(long number) {
    return new KeyRange(item(number), items().end());
  }

  ByteSeq item(long number) {
    return keys.key(ITEMS + digits(number));
  }

  /** All that there is of a message. */
  KeyRange allOf(long number) {
    return KeyRange.prefix(item(number));
  }

  ByteSeq claim(long number) {
    return keys.key(ITEMS + digits(number) + "/claim");
  }

  ByteSeq deliveries(long number) {
    return keys.key(ITEMS + digits(number) + "/deliveries");
  }

  ByteSeq ticket(long random) {
    return keys.key("tickets/" + digits(random));
  }

  KeyRange deadLetters() {
    return keys.below(DEAD);
  }

  ByteSeq dead(long number) {
    return keys.key(DEAD + digits(number));
  }

  /** What the key of an item is; null for one that somebody else has put there. */
  ItemKey itemKey(ByteSeq key) {
    Matcher matcher = ITEM.matcher(key.utf8().substring(itemsPrefix.length()));
    return matcher.matches() ? new ItemKey(Long.parseUnsignedLong(matcher.group(1), 16), matcher.group(2) == null ? "" : matcher.group(2)) : null;
  }

  /** The number of a dead letter; -1 for a key that somebody else has put there. */
  long deadNumber(ByteSeq key) {
    String rest = key.utf8().substring((keys.prefix() + DEAD).length());
    return rest.matches("[0-9a-f]{16}") ? Long.parseUnsignedLong(rest, 16) : -1;
  }

  private static String digits(long number) {
    return String.format("%016x", number);
  }
}
