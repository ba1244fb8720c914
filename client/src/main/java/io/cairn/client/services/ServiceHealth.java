package io.cairn.client.services;

/** What an instance says of itself, by its checks or as it was told. */
public enum ServiceHealth { PASSING, FAILING }
