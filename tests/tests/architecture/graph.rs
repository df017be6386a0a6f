//! Circles in a graph.

use std::collections::{BTreeMap, BTreeSet};

/// For each node, those that it leads to.
pub type Graph<Node> = BTreeMap<Node, BTreeSet<Node>>;

/// The sets of nodes that lead to each other.
pub fn circles<Node: Ord + Clone>(graph: &Graph<Node>) -> Vec<BTreeSet<Node>> {
    let reached: BTreeMap<_, _> =
        graph.keys().map(|node| (node, reached_from(graph, node))).collect();
    let mut found = BTreeSet::new();
    for (node, reaches) in &reached {
        let back = |other: &&Node| reached.get(*other).is_some_and(|back| back.contains(*node));
        let circle: BTreeSet<Node> = reaches.iter().filter(back).cloned().collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

fn reached_from<Node: Ord + Clone>(graph: &Graph<Node>, from: &Node) -> BTreeSet<Node> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(node) = waiting.pop() {
        for next in graph.get(node).into_iter().flatten() {
            if reached.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    reached
}

#[test]
fn a_circle_is_found_and_a_chain_is_none() {
    let chain = BTreeMap::from([(1, BTreeSet::from([2, 3])), (2, BTreeSet::from([3]))]);
    assert!(circles(&chain).is_empty());
    let circle = BTreeMap::from([
        (1, BTreeSet::from([2])),
        (2, BTreeSet::from([3])),
        (3, BTreeSet::from([2])),
    ]);
    assert_eq!(circles(&circle), [BTreeSet::from([2, 3])]);
}
