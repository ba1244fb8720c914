package io.cairn.jepsen;

import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The code of docs/recipes, page by page, against one cluster that all of them share: starting one costs more than most pages do. So each keeps to keys of its
 * own, and a node that a page kills is brought back before the next one.
 */
final class RecipePagesTest {
  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  @AfterEach
  void bringBackTheDead() {
    LocalCluster cluster = EXTENSION.cluster();
    cluster.nodes().stream().filter(node -> !node.isRunning()).forEach(KvdNode::start);
    cluster.awaitReady();
  }

  @Nested
  @DisplayName("docs/recipes/cache.md")
  class Cache extends CacheRecipe {}

  @Nested
  @DisplayName("docs/recipes/configuration.md")
  class Configuration extends ConfigurationRecipe {}

  @Nested
  @DisplayName("docs/recipes/election.md")
  class Election extends ElectionRecipe {}

  @Nested
  @DisplayName("docs/recipes/locks.md")
  class Locks extends LocksRecipe {}

  @Nested
  @DisplayName("docs/recipes/queue.md")
  class Queue extends QueueRecipe {}

  @Nested
  @DisplayName("docs/recipes/registration.md")
  class Registration extends RegistrationRecipe {}

  @Nested
  @DisplayName("docs/recipes/saga.md")
  class Saga extends SagaRecipe {}
}
