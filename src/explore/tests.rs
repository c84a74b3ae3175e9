//! Questions over made flows: partitions, limits, unknown values.
