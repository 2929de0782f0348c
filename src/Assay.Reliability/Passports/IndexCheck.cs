using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>Whether, by an epoch entry, nothing but records was left out of the provider's log (docs/spec/passports.md section 4).</summary>
internal sealed class IndexCheck
{
    private readonly PassportLog log;
    private readonly string service;
    private readonly string where;
    private readonly EpochEvent said;
    private readonly Dictionary<Hash, List<Hash>> events = [];
    private bool counted;
    private bool seen;

    /// <exception cref="DifferenceException">The epoch entry is not shown.</exception>
    public IndexCheck(PassportLog log, string service, string where)
    {
        (this.log, this.service, this.where) = (log, service, where);
        said = EpochAt(log.Index!.Entry) ?? throw new DifferenceException(where, $"entry {log.Index.Entry} is not shown, or is no epoch");
    }

    /// <summary>So many entries are indexed.</summary>
    public ulong Size => said.Size;

    /// <summary>Told of each open entry that was found in its place.</summary>
    public void See(ShownEvent shown)
    {
        seen |= shown.Index == log.Index!.Entry;
        if (shown.Event is not KeyEvent key)
            return;
        if (!events.TryGetValue(key.KeyId, out var leaves))
            events.Add(key.KeyId, leaves = []);
        leaves.Add(IndexLeaf.OfEntry(shown.Index, shown.Leaf));
    }

    /// <summary>Told before each item, and at the end.</summary>
    /// <exception cref="DifferenceException">At the indexed size: the counts do not fit what is shown.</exception>
    public void Pass(ShownLog shown)
    {
        if (shown.Size != Size || counted)
            return;
        counted = true;
        var keys = shown.ServingKeys.OrderBy(k => k.KeyId.ToHex(), StringComparer.Ordinal).ToArray();
        if (!keys.Select(k => k.KeyId).SequenceEqual(log.Index!.Keys.Select(k => k.KeyId)))
            throw new DifferenceException($"{where}.keys", $"not the {keys.Length} serving keys introduced below {Size}, in ascending order");
        UInt128 entries = shown.Open;
        var leaves = new List<Hash>();
        foreach (var (key, count) in keys.Zip(log.Index.Keys))
        {
            Count(shown, key, count.Count);
            entries += count.Count;
            var own = events[key.KeyId];
            leaves.Add(new IndexLeaf(key.KeyId, (ulong)own.Count, MerkleTree.Head([.. own]), count.Count, count.Records).LeafHash());
        }
        if (new EpochEvent(said.Origin, Size, shown.RootAt(Size), (ulong)keys.Length, MerkleTree.Head([.. leaves])) != said)
            throw new DifferenceException($"{where}.keys", $"not what epoch entry {log.Index.Entry} commits to");
        if (entries != Size)
            throw new DifferenceException(where, $"{shown.Open} open entries and the index's {entries - shown.Open} records are not the {Size} entries that are indexed: open entries were left out");
    }

    /// <exception cref="DifferenceException">The indexed size was not met.</exception>
    public void Finish()
    {
        if (!counted || !seen)
            throw new DifferenceException(where, $"the log is not cut at the indexed size {Size}");
        if (log.Index!.Note is { } note && note.Text != IndexNote.Of(said).ToText())
            throw new DifferenceException($"{where}.note", $"the index note is not about epoch entry {log.Index.Entry}");
    }

    /// <summary>Whether enough of the policy's indexers say so too.</summary>
    public bool IsConfirmed(Policy? policy)
    {
        try
        {
            return policy is { Indexers.IsEmpty: false } && log.Index!.Note is { } note && note.VerifiedBy(policy.Indexers).Length >= policy.IndexerThreshold;
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private void Count(ShownLog shown, ServingKey key, ulong count)
    {
        try
        {
            shown.Count(key.KeyId, count, epochs: key.Segment.Service == service);
        }
        catch (MalformedException e)
        {
            throw new DifferenceException($"{where}.keys", e.Message);
        }
    }

    private EpochEvent? EpochAt(ulong index)
    {
        ulong at = 0;
        foreach (var item in log.Items)
        {
            if (at == index && item.IsShown)
                return Read(item.Entry.Span);
            if (at > index)
                return null;
            at += 1UL << item.Height;
        }
        return null;
    }

    private static EpochEvent? Read(ReadOnlySpan<byte> entry)
    {
        try
        {
            return entry.StartsWith(SealedEntry.Prefix) ? null : LogEvent.Parse(OpenEntry.Parse(entry).Payload.Span) as EpochEvent;
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}
