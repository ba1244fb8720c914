package io.cairn.raft.log;
