using System.Collections.Immutable;
using Assay.Market.Settlements;
using Assay.Node.Market;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;

namespace Assay.Node.Web.Pages.Views;

/// <summary>What a cover's payout rests on, down to single records.</summary>
internal static class SettlementViews
{
    private const int MostEpochs = 100, MostRecords = 200;

    /// <summary>A settled cover's page with what its settlement file gives.</summary>
    /// <param name="receiptOf">The id of the receipt of a key's record, where it is here.</param>
    public static CoverPageView With(CoverPageView view, RecomputedSettlement found, Func<Hash, ulong, string?> receiptOf)
    {
        var (figures, evidence) = (found.Figures, found.Evidence);
        var counts = figures.Window;
        var failed = evidence.Sum(e => e.Failures.Length);
        return view with
        {
            Chain =
            [
                new(AxisStatus.Verified, "Payout", $"{MarketSight.Units(figures.Payout)} units",
                    $"Of {Show.Number(counts.Passes + counts.Failures)} verdicts {MarketSight.Rate(figures.Rate)} fail. {(figures.Triggered ? "That is beyond doubt more than the threshold for all records." : "That is not beyond doubt more than the threshold for all records.")}"),
                new(AxisStatus.Verified, "Window", "recomputed",
                    $"{Show.Number(counts.Epochs)} epochs between two looks: {Show.Number(counts.Passes)} passed, {Show.Number(counts.Failures)} failed, {Show.Number(counts.Undecided)} undecided, {Show.Number(counts.Neither)} neither."),
                new(found.Completeness.Whole ? AxisStatus.Verified : AxisStatus.NotChecked, "Journal", found.Completeness.Whole ? "folded from its beginning" : "in part",
                    found.Completeness.Whole ? "Every event gives the state that the next one names." : $"{Show.Number(found.Completeness.LeftOut)} entries are not in the file: it is a long journal."),
                new(AxisStatus.Verified, "Account", "recomputed", "Each look says what the account's step gives, digit by digit; the steps are folded from the provider's and the auditors' logs."),
                new(failed > 0 ? AxisStatus.Verified : AxisStatus.NotChecked, "Records", $"{Show.Number((ulong)failed)} failed", "Below, each with who says so and in which entry of whose log."),
            ],
            Evidence = [.. evidence.Where(e => e.Failures.Length > 0).Concat(evidence.Where(e => e.Failures.Length == 0)).Take(MostEpochs).Select(e => Epoch(e, receiptOf))],
            Notes =
            [
                $"Recomputed from its settlement file of {Show.Bytes((ulong)found.Bytes)} and of nothing else, as a stranger would.",
                .. evidence.Length > MostEpochs ? (ImmutableArray<string>)[$"{Show.Number((ulong)evidence.Length)} epochs in all; those with failures are shown first."] : [],
                .. found.Completeness.StepsWithoutLook > 0 ? (ImmutableArray<string>)[$"{Show.Count(found.Completeness.StepsWithoutLook, "step", "steps")} of the account in between the market did not look at."] : [],
                "A record leads to its receipt where this node served it; what others served is at the provider.", "That a record diverges is shown by its bundle and not by this page.",
            ],
        };
    }

    private static EvidenceView Epoch(EvidenceEpoch epoch, Func<Hash, ulong, string?> receiptOf) => new(
        $"Epoch {epoch.Number} of key {Show.Short(epoch.KeyId)}",
        $"{Show.Number(epoch.Records)} records from {Show.Number(epoch.First)} on, settled by step {epoch.Step}; {Show.Count((ulong)epoch.Draws.Length, "auditor", "auditors")} drew; {Show.Number((ulong)epoch.Failures.Length)} failed",
        [.. epoch.Draws.Select(d => $"{d.Auditor} drew {Show.Number(d.Drawn)} in its entry {d.Index} and judged {Show.Number(d.Judged)}: {(d.Fault is null ? "counts" : $"does not count, {d.Fault}")}")],
        new Listing(
            "", "", [new("Record"), new("Verdict"), new("By"), new("In its entry", true), new("First token or element that differs", true), new("Passed by"), new("Bundle", IsHash: true)],
            [.. epoch.Failures.Take(MostRecords).Select(r => Record(r, receiptOf(epoch.KeyId, r.Sequence)))], ""));

    private static Row Record(EvidenceRecord record, string? receipt) => new(
        $"{record.Sequence}", receipt is null ? null : Links.Receipt(receipt),
        [
            record.Letter switch { 'd' => "d: diverged", 'u' => "u: not opened in time", _ => $"{record.Letter}: opened wrongly" }, record.Auditor, Show.Number(record.Entry),
            record.At is { } at ? Show.Number(at) : "", string.Join(", ", record.Passed), record.Bundle is { } bundle ? $"sha256:{bundle.ToHex()}" : "",
        ]);
}
