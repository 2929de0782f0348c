using System.Diagnostics.CodeAnalysis;

namespace Assay.Verify.Crypto;

/// <summary>A bounded table from hashes to values: what was not asked for lately is forgotten. Safe for many threads.</summary>
/// <remarks>Two generations: when the young one is full it becomes the old one, whose values come back when they are asked for.</remarks>
internal sealed class Recent<T>(int capacity)
{
    private readonly Lock gate = new();
    private readonly int half = Math.Max(1, capacity / 2);
    private Dictionary<Hash, T> young = [];
    private Dictionary<Hash, T> old = [];

    public bool TryGet(in Hash key, [MaybeNullWhen(false)] out T value)
    {
        lock (gate)
        {
            if (young.TryGetValue(key, out value))
                return true;
            if (!old.TryGetValue(key, out value))
                return false;
            Put(key, value);
            return true;
        }
    }

    public void Add(in Hash key, T value)
    {
        lock (gate)
            Put(key, value);
    }

    private void Put(in Hash key, T value)
    {
        if (young.Count >= half)
            (old, young) = (young, []);
        young[key] = value;
    }
}
