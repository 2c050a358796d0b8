package io.quarkiverse.lively.runtime.view;

import java.util.function.Consumer;

/**
 * A map that never changes: what changes it returns another one, which shares with it all that is the same. So a reader that
 * has one needs no lock, and looking something up allocates nothing.
 * <p>
 * A hash array mapped trie: each level takes five bits of the hash.
 */
final class PersistentMap<K, V> {

    private static final int BITS = 5;
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(new Node(0, new Object[0]), 0);

    private final Node root;
    private final int size;

    private PersistentMap(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked")
    static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    int size() {
        return size;
    }

    /** The value of that key; null if there is none. */
    @SuppressWarnings("unchecked")
    V get(Object key) {
        int hash = key.hashCode();
        Object at = root;
        for (int shift = 0; at instanceof Node node; shift += BITS) {
            at = node.child(bit(hash, shift));
        }
        for (Leaf leaf = (Leaf) at; leaf != null; leaf = leaf.next) {
            if (leaf.hash == hash && leaf.key.equals(key)) {
                return (V) leaf.value;
            }
        }
        return null;
    }

    PersistentMap<K, V> with(K key, V value) {
        boolean isNew = get(key) == null;
        return new PersistentMap<>(root.with(0, new Leaf(key.hashCode(), key, value, null)), isNew ? size + 1 : size);
    }

    PersistentMap<K, V> without(K key) {
        return get(key) == null ? this : new PersistentMap<>(root.without(0, key.hashCode(), key), size - 1);
    }

    /** In no particular order. */
    @SuppressWarnings("unchecked")
    void forEach(Consumer<? super V> action) {
        root.forEach(leaf -> action.accept((V) leaf.value));
    }

    private static int bit(int hash, int shift) {
        return 1 << (hash >>> shift & 31);
    }

    /** Keys with the same hash hang on each other, each once. There may be thousands: nothing here calls itself. */
    private record Leaf(int hash, Object key, Object value, Leaf next) {

        Leaf with(Leaf other) {
            return new Leaf(other.hash, other.key, other.value, without(other.key));
        }

        /** What is left; null if nothing is. What comes after the one that goes is shared. */
        Leaf without(Object gone) {
            Leaf found = this;
            while (found != null && !found.key.equals(gone)) {
                found = found.next;
            }
            if (found == null) {
                return this;
            }
            Leaf left = found.next;
            for (Leaf leaf = this; leaf != found; leaf = leaf.next) {
                left = new Leaf(hash, leaf.key, leaf.value, left);
            }
            return left;
        }
    }

    /**
     * @param bitmap which children there are
     * @param children nodes and leaves, without gaps
     */
    private record Node(int bitmap, Object[] children) {

        Object child(int bit) {
            return (bitmap & bit) == 0 ? null : children[index(bit)];
        }

        Node with(int shift, Leaf leaf) {
            int bit = bit(leaf.hash, shift);
            Object present = child(bit);
            if (present == null) {
                return inserted(bit, leaf);
            }
            if (present instanceof Node node) {
                return replaced(bit, node.with(shift + BITS, leaf));
            }
            Leaf other = (Leaf) present;
            if (other.hash == leaf.hash) {
                return replaced(bit, other.with(leaf));
            }
            Node both = new Node(bit(other.hash, shift + BITS), new Object[] { other });
            return replaced(bit, both.with(shift + BITS, leaf));
        }

        Node without(int shift, int hash, Object key) {
            int bit = bit(hash, shift);
            Object present = child(bit);
            Object left;
            if (present instanceof Node node) {
                Node smaller = node.without(shift + BITS, hash, key);
                left = smaller.bitmap == 0 ? null : smaller;
            } else {
                left = ((Leaf) present).without(key);
            }
            return left == null ? removed(bit) : replaced(bit, left);
        }

        void forEach(Consumer<Leaf> action) {
            for (Object child : children) {
                if (child instanceof Node node) {
                    node.forEach(action);
                } else {
                    for (Leaf leaf = (Leaf) child; leaf != null; leaf = leaf.next) {
                        action.accept(leaf);
                    }
                }
            }
        }

        private Node inserted(int bit, Object child) {
            Object[] more = new Object[children.length + 1];
            int at = index(bit);
            System.arraycopy(children, 0, more, 0, at);
            more[at] = child;
            System.arraycopy(children, at, more, at + 1, children.length - at);
            return new Node(bitmap | bit, more);
        }

        private Node replaced(int bit, Object child) {
            Object[] same = children.clone();
            same[index(bit)] = child;
            return new Node(bitmap, same);
        }

        private Node removed(int bit) {
            Object[] fewer = new Object[children.length - 1];
            int at = index(bit);
            System.arraycopy(children, 0, fewer, 0, at);
            System.arraycopy(children, at + 1, fewer, at, fewer.length - at);
            return new Node(bitmap & ~bit, fewer);
        }

        private int index(int bit) {
            return Integer.bitCount(bitmap & bit - 1);
        }
    }
}
