package io.cairn.raft;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.membership.Membership;

/** What a snapshot stands for: every entry up to {@code last}, and the members as of it (MB-04). */
public record SnapshotMeta(EntryId last, Membership membership) {}
