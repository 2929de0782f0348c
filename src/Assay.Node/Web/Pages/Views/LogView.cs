using System.Collections.Immutable;
using Assay.Log.Witnessing;
using Assay.Store;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Web.Pages.Views;

/// <summary>The start page: the log's head and its newest entries, models and receipts.</summary>
/// <param name="Witnesses">Those that this log asks, and how far each has cosigned it.</param>
/// <param name="Stopped">Why the node takes nothing more, or null.</param>
/// <param name="Entries">Newest first.</param>
/// <param name="Tape">The kinds of the entries up to the newest one shown, oldest first.</param>
/// <param name="End">The entries shown are those before this index.</param>
/// <param name="Live">Whether the newest entries are shown.</param>
public sealed record LogView(
    Checkpoint Checkpoint, string LogKey, RootSet Roots, IReadOnlyList<WitnessStatus> Witnesses, string? Stopped, ImmutableArray<EntryRow> Entries, ImmutableArray<EntryKind> Tape,
    ulong End, bool Live, IReadOnlyList<ReceiptSummary> Receipts, ulong ReceiptCount, IReadOnlyList<ModelRow> Models)
{
    public const int PageSize = 25;
    public const int TapeLength = 120;

    private const int RecentReceipts = 10;

    /// <param name="before">Show entries before this index; null for the newest.</param>
    public static LogView Of(AssayNode node, ulong? before)
    {
        var reader = node.Reader;
        var size = reader.Checkpoint.Size;
        var end = Math.Min(before ?? size, size);
        var start = end - Math.Min(end, TapeLength);
        var bytes = reader.ReadEntries(start).Take((int)(end - start)).ToList();
        var first = (int)Math.Max(0, (long)(end - start) - PageSize);
        var kept = node.Vault.Between(start + (ulong)first, end).ToDictionary(r => r.Index, r => r.RecordId);
        return node.Look(state => new LogView(
            reader.Checkpoint, node.Genesis.LogKey.ToString(), node.Genesis.Roots, node.Witnesses, node.Stopped,
            [.. Enumerable.Range(first, bytes.Count - first).Reverse().Select(i =>
                EntryRow.Of(start + (ulong)i, bytes[i].Span, kept.GetValueOrDefault(start + (ulong)i), state))],
            [.. bytes.Select(b => OpenEntry.KindOf(b.Span))],
            end, end == size, node.Vault.Recent(RecentReceipts), (ulong)node.Vault.Count(), ModelRow.All(node)));
    }
}

/// <summary>A model by name, as a line of a table.</summary>
/// <param name="Newest">Its newest version.</param>
public sealed record ModelRow(StoredModel Newest, int Versions, ulong Receipts)
{
    public static IReadOnlyList<ModelRow> All(AssayNode node) =>
    [
        .. node.Models.List().GroupBy(m => m.Name).Select(versions => new ModelRow(
            versions.First(), versions.Count(), (ulong)versions.DistinctBy(m => m.Digest).Sum(m => node.Vault.Count(m.Digest)))),
    ];
}
