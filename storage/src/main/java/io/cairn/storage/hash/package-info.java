/**
 * What each fact of a replica's state adds to its rolling hash. Sums of facts do not depend on the order in which they came to be, and a change costs
 * what the fact costs, however much there is beside it.
 */
package io.cairn.storage.hash;
