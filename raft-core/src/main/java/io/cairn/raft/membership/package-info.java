package io.cairn.raft.membership;
