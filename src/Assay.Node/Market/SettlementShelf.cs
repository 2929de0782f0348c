using System.Collections.Immutable;
using Assay.Market.Settlements;
using Assay.Reliability.Passports;

namespace Assay.Node.Market;

/// <summary>What was found when a settlement was recomputed from its file.</summary>
/// <param name="Bytes">Of the file.</param>
public sealed record RecomputedSettlement(int Bytes, SettlementFigures Figures, JournalCompleteness Completeness, ImmutableArray<EvidenceEpoch> Evidence);

/// <summary>Settlements of covers, recomputed from their files alone as a stranger would. What is settled changes no more: the newest that were asked for are kept.</summary>
/// <remarks>Safe for several threads.</remarks>
internal sealed class SettlementShelf
{
    private const int Most = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<ulong, Task<RecomputedSettlement>> kept = [];
    private readonly Queue<ulong> order = new();

    /// <param name="policy">One that is settled.</param>
    /// <param name="make">Its file; what was begun is made to its end, whoever has gone.</param>
    /// <exception cref="NodeException">It cannot be made now.</exception>
    public Task<RecomputedSettlement> OfAsync(ulong policy, Func<Task<byte[]>> make, CancellationToken cancel)
    {
        lock (gate)
        {
            if (kept.TryGetValue(policy, out var known) && !known.IsFaulted)
                return known.WaitAsync(cancel);
            if (known is null)
                order.Enqueue(policy);
            if (order.Count > Most)
                kept.Remove(order.Dequeue());
            return (kept[policy] = Task.Run(async () => Check(await make()), CancellationToken.None)).WaitAsync(cancel);
        }
    }

    private static RecomputedSettlement Check(byte[] file)
    {
        var report = SettlementCheck.Check(file, null);
        return report is { Status: PassportStatus.Recomputed, Recomputed: { } figures, Completeness: { } completeness }
            ? new RecomputedSettlement(file.Length, figures, completeness, report.Evidence)
            : throw new NodeException(NodeFault.Unavailable, report.Problem ?? "the settlement file does not recompute");
    }
}
