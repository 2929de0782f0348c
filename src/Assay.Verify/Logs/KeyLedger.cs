using System.Collections.Immutable;
using Assay.Verify.Crypto;

namespace Assay.Verify.Logs;

/// <summary>Which entries of a log are one serving key's, and the trees over them that the verifiable index commits to.</summary>
internal sealed class KeyLedger
{
    private readonly Entries events;
    private readonly Entries records;

    /// <param name="log">Leaf hashes of the log's entries.</param>
    public KeyLedger(GrowingTree log)
    {
        events = new Entries(log);
        records = new Entries(log);
    }

    /// <summary>Place in the log of the key's record of that sequence, or null where there is none.</summary>
    public ulong? RecordIndex(ulong sequence) => records.At(sequence);

    public void AddEvent(ulong index) => events.Add(index);

    public void AddRecord(ulong index) => records.Add(index);

    /// <summary>What the first <paramref name="size"/> entries say of the key.</summary>
    public IndexLeaf LeafAt(in Hash keyId, ulong size)
    {
        var (e, r) = (events.CountBelow(size), records.CountBelow(size));
        return new IndexLeaf(keyId, e, events.Tree.Head(e), r, records.Tree.Head(r));
    }

    public ImmutableArray<Hash> RecordPath(ulong sequence, ulong size) => records.Tree.InclusionPath(sequence, records.CountBelow(size));

    // Eight bytes an entry and little more: leaves are hashed again from the log's.
    private sealed class Entries
    {
        private readonly List<ulong> indexes = [];

        public Entries(GrowingTree log) => Tree = new GrowingTree(at => IndexLeaf.OfEntry(indexes[(int)at], log[indexes[(int)at]]));

        public GrowingTree Tree { get; }

        public void Add(ulong index)
        {
            indexes.Add(index);
            Tree.Append(default);
        }

        public ulong? At(ulong place) => place < (ulong)indexes.Count ? indexes[(int)place] : null;

        public ulong CountBelow(ulong size)
        {
            var at = indexes.BinarySearch(size);
            return (ulong)(at < 0 ? ~at : at);
        }
    }
}
