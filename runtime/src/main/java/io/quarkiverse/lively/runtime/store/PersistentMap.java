package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A map that never changes: what changes it returns another one, which shares with it all that is the same. So a reader that
 * has one needs no lock, and looking something up allocates nothing. Each value knows its key, so that nothing is kept beside
 * the values but the way to them.
 * <p>
 * A hash array mapped trie: each level takes five bits of the hash.
 */
public final class PersistentMap<K, V> {

    private static final int BITS = 5;
    private static final Node NO_NODE = new Node(0, new Object[0]);

    private final Function<? super V, ? extends K> key;
    private final Node root;
    private final int size;

    private PersistentMap(Function<? super V, ? extends K> key, Node root, int size) {
        this.key = key;
        this.root = root;
        this.size = size;
    }

    /** @param key of a value */
    public static <K, V> PersistentMap<K, V> empty(Function<? super V, ? extends K> key) {
        return new PersistentMap<>(key, NO_NODE, 0);
    }

    /** As if they were put into an empty map one by one, but at less cost; no two of them may have the same key. */
    public static <K, V> PersistentMap<K, V> of(Function<? super V, ? extends K> key, Collection<V> values) {
        PersistentMap<K, V> map = empty(key);
        return values.isEmpty() ? map : new PersistentMap<>(key, map.node(0, new ArrayList<>(values)), values.size());
    }

    /** How many values there are. */
    public int size() {
        return size;
    }

    /** The value of that key; null if there is none. */
    @SuppressWarnings("unchecked")
    public V get(Object wanted) {
        int hash = wanted.hashCode();
        Object at = root;
        for (int shift = 0; at instanceof Node node; shift += BITS) {
            at = node.child(bit(hash, shift));
        }
        if (at instanceof Bucket bucket) {
            int found = indexIn(bucket, wanted);
            return found < 0 ? null : (V) bucket.values[found];
        }
        return at != null && keyOf(at).equals(wanted) ? (V) at : null;
    }

    /** With that value in the place of the one that has its key, if there is one. */
    public PersistentMap<K, V> with(V value) {
        K itsKey = Objects.requireNonNull(key.apply(value));
        boolean isNew = get(itsKey) == null;
        return new PersistentMap<>(key, with(root, 0, itsKey.hashCode(), itsKey, value), isNew ? size + 1 : size);
    }

    /** Without the value of that key, if there is one. */
    public PersistentMap<K, V> without(K gone) {
        return get(gone) == null ? this : new PersistentMap<>(key, without(root, 0, gone.hashCode(), gone), size - 1);
    }

    /** In no particular order. */
    @SuppressWarnings("unchecked")
    public void forEach(Consumer<? super V> action) {
        forEach(root, value -> action.accept((V) value));
    }

    private static void forEach(Node node, Consumer<Object> action) {
        for (Object child : node.children) {
            if (child instanceof Node deeper) {
                forEach(deeper, action);
            } else if (child instanceof Bucket bucket) {
                Arrays.stream(bucket.values).forEach(action);
            } else {
                action.accept(child);
            }
        }
    }

    private Node with(Node node, int shift, int hash, K itsKey, Object value) {
        int bit = bit(hash, shift);
        Object present = node.child(bit);
        if (present == null) {
            return node.inserted(bit, value);
        }
        if (present instanceof Node deeper) {
            return node.replaced(bit, with(deeper, shift + BITS, hash, itsKey, value));
        }
        int otherHash = hashOf(present);
        if (otherHash != hash) {
            Node other = NO_NODE.inserted(bit(otherHash, shift + BITS), present);
            return node.replaced(bit, with(other, shift + BITS, hash, itsKey, value));
        }
        if (present instanceof Bucket bucket) {
            int same = indexIn(bucket, itsKey);
            return node.replaced(bit, same < 0 ? bucket.with(value) : bucket.replaced(same, value));
        }
        return node.replaced(bit, keyOf(present).equals(itsKey) ? value : new Bucket(hash, new Object[] { present, value }));
    }

    /** @param gone is there */
    private Node without(Node node, int shift, int hash, K gone) {
        int bit = bit(hash, shift);
        Object present = node.child(bit);
        if (present instanceof Node deeper) {
            Node smaller = without(deeper, shift + BITS, hash, gone);
            return smaller.bitmap == 0 ? node.removed(bit) : node.replaced(bit, smaller);
        }
        return present instanceof Bucket bucket ? node.replaced(bit, bucket.without(indexIn(bucket, gone)))
                : node.removed(bit);
    }

    /** Of one value at least. */
    private Node node(int shift, List<?> values) {
        List<List<Object>> parts = new ArrayList<>();
        for (int i = 0; i < 1 << BITS; i++) {
            parts.add(null);
        }
        for (Object value : values) {
            int part = hashOf(value) >>> shift & (1 << BITS) - 1;
            if (parts.get(part) == null) {
                parts.set(part, new ArrayList<>(2));
            }
            parts.get(part).add(value);
        }
        int bitmap = 0;
        List<Object> children = new ArrayList<>();
        for (int i = 0; i < 1 << BITS; i++) {
            List<Object> part = parts.get(i);
            if (part != null) {
                bitmap |= 1 << i;
                children.add(part.size() == 1 ? part.get(0)
                        : part.stream().allMatch(value -> hashOf(value) == hashOf(part.get(0)))
                                ? new Bucket(hashOf(part.get(0)), part.toArray())
                                : node(shift + BITS, part));
            }
        }
        return new Node(bitmap, children.toArray());
    }

    private int indexIn(Bucket bucket, Object wanted) {
        for (int i = 0; i < bucket.values.length; i++) {
            if (keyOf(bucket.values[i]).equals(wanted)) {
                return i;
            }
        }
        return -1;
    }

    private int hashOf(Object child) {
        return child instanceof Bucket bucket ? bucket.hash : keyOf(child).hashCode();
    }

    @SuppressWarnings("unchecked")
    private K keyOf(Object value) {
        return key.apply((V) value);
    }

    private static int bit(int hash, int shift) {
        return 1 << (hash >>> shift & 31);
    }

    /** Values whose keys have the same hash: two at least. */
    private record Bucket(int hash, Object[] values) {

        Bucket with(Object value) {
            Object[] more = Arrays.copyOf(values, values.length + 1);
            more[values.length] = value;
            return new Bucket(hash, more);
        }

        Bucket replaced(int index, Object value) {
            Object[] same = values.clone();
            same[index] = value;
            return new Bucket(hash, same);
        }

        /** What is left; if that is only one value, the value itself. */
        Object without(int index) {
            Object[] fewer = Arrays.copyOf(values, values.length - 1);
            if (index < fewer.length) {
                fewer[index] = values[fewer.length];
            }
            return fewer.length == 1 ? fewer[0] : new Bucket(hash, fewer);
        }
    }

    /**
     * @param bitmap which children there are
     * @param children nodes, buckets and values, without gaps
     */
    private record Node(int bitmap, Object[] children) {

        Object child(int bit) {
            return (bitmap & bit) == 0 ? null : children[index(bit)];
        }

        Node inserted(int bit, Object child) {
            Object[] more = new Object[children.length + 1];
            int at = index(bit);
            System.arraycopy(children, 0, more, 0, at);
            more[at] = child;
            System.arraycopy(children, at, more, at + 1, children.length - at);
            return new Node(bitmap | bit, more);
        }

        Node replaced(int bit, Object child) {
            Object[] same = children.clone();
            same[index(bit)] = child;
            return new Node(bitmap, same);
        }

        Node removed(int bit) {
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
