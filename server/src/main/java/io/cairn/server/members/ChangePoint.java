package io.cairn.server.members;

/** Where a driver may be cut off; tests cut it off at each of them (reliability.md 4.6). The names stay as they are. */
public enum ChangePoint {
  /** Every shard was asked, and none objects; the intent is in no log. */
  LOOKED,
  /** The intent is in this leader's log, perhaps nowhere else. */
  INTENT_PROPOSED,
  /** The intent is committed; no shard knows. */
  INTENT_APPLIED,
  /** A shard was asked to take the step. */
  STEP_ASKED,
  /** The shard has taken the step; the system shard does not know. */
  STEP_TAKEN,
  /** That is in this leader's log, perhaps nowhere else. */
  STEPPED_PROPOSED,
  /** It is committed. */
  STEPPED_APPLIED,
  /** The order to take the change back is in this leader's log, perhaps nowhere else. */
  TAKE_BACK_PROPOSED,
  /** It is committed; no shard was asked to go back. */
  TAKE_BACK_APPLIED,
  /** The change has ended and whoever asked for it has not been told. */
  ENDED
}
