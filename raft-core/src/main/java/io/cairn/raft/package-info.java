package io.cairn.raft;
