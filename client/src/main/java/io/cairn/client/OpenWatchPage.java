package io.cairn.client;

import java.util.List;

/**
 * Watches of one node in the order of their connections, and of their ids.
 *
 * @param more whether there are more after the last one
 */
public record OpenWatchPage(List<OpenWatch> watches, boolean more) {

  public OpenWatchPage {
    watches = List.copyOf(watches);
  }
}
