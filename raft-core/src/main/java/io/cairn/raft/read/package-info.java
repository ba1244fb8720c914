package io.cairn.raft.read;
