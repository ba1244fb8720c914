package io.cairn.simulator.architecture.planted.util;

class ThingHelper {}
