package io.cairn.jepsen.damage;

import java.util.EnumSet;
import java.util.Set;

/**
 * One thing that goes wrong on one node.
 *
 * @param inOrder whether the node ends in order before, not by SIGKILL
 * @param expected what may come of it
 */
record DamageCase(Target target, Damage damage, boolean inOrder, Set<Outcome> expected) {

  static DamageCase of(Target target, Damage damage, Outcome first, Outcome... more) {
    return new DamageCase(target, damage, false, EnumSet.of(first, more));
  }

  DamageCase afterAnOrderlyEnd() {
    return new DamageCase(target, damage, true, expected);
  }

  @Override
  public String toString() {
    return target.name() + ": " + damage.words + (inOrder ? " after an orderly end" : "");
  }
}
