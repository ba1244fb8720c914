package io.cairn.raft.message;
