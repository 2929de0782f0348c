using System.Numerics;
using Assay.Verify.Dsse;

namespace Assay.Reliability.Passports;

/// <summary>Which entries of a log a passport shows, and where it cuts the log.</summary>
internal sealed class LogSelection(ILoggedTree tree)
{
    private readonly SortedDictionary<ulong, ReadOnlyMemory<byte>> shown = [];
    private readonly SortedSet<ulong> cuts = [];

    public ILoggedTree Tree => tree;

    public int Count => shown.Count;

    public PassportIndex? Index { get; set; }

    public void Show(ulong index, ReadOnlyMemory<byte> entry) => shown[index] = entry;

    public void CutAt(ulong size) => cuts.Add(size);

    /// <summary>Shows every entry below a size that a condition picks.</summary>
    public void Show(ulong size, Func<ulong, ReadOnlyMemory<byte>, bool> picks)
    {
        ulong index = 0;
        foreach (var entry in tree.Entries())
        {
            if (index == size)
                break;
            if (picks(index, entry))
                Show(index, entry);
            index++;
        }
    }

    public static bool IsOpen(ReadOnlyMemory<byte> entry) => !entry.Span.StartsWith(SealedEntry.Prefix);

    /// <summary>From left to right: what is shown, and between it the fewest subtrees that the cuts allow.</summary>
    public PassportLog Make()
    {
        var items = new List<PassportItem>();
        ulong at = 0;
        var stops = new SortedSet<ulong>(cuts.Where(c => c <= tree.Size)) { tree.Size };
        stops.UnionWith(shown.Keys);
        foreach (var stop in stops)
        {
            while (at < stop)
            {
                var height = Math.Min(at == 0 ? 62 : BitOperations.TrailingZeroCount(at), BitOperations.Log2(stop - at));
                items.Add(PassportItem.LeftOut(tree.Node(height, at >> height), height));
                at += 1UL << height;
            }
            if (shown.TryGetValue(stop, out var entry))
            {
                items.Add(PassportItem.Shown(entry));
                at = stop + 1;
            }
        }
        return new PassportLog(tree.Origin, tree.Note, items, Index);
    }
}
