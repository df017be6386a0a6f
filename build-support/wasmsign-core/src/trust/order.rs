//! Sorting. What sorts is compiled once, whatever is sorted: in a browser each copy is a few KB.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

/// The values by their keys, the lowest first; those of one key keep their order.
pub(super) fn by<T>(values: Vec<T>, key: impl Fn(&T) -> usize) -> Vec<T> {
    let order = sorted(values.iter().map(key).zip(0..).collect());
    let mut values: Vec<_> = values.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, index)| values[index].take()).collect()
}

fn sorted(keys: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    BinaryHeap::from(keys).into_sorted_vec()
}
