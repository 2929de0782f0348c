using System.Collections.Immutable;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Json;
using Policy = Assay.Verify.Policies.Policy;

namespace Assay.Market.Settlements;

/// <summary>Recomputes a settlement from its file (docs/spec/market.md section 11). Pure: no file, no network, no clock.</summary>
public sealed class SettlementCheck
{
    private readonly SettlementFile file;
    private readonly JournalView journal;
    private readonly AccountTrace trace;
    private readonly List<PassportDifference> differences = [];

    private SettlementCheck(SettlementFile file)
    {
        this.file = file;
        journal = JournalView.Of(file.Passport.Logs[0], file.Header.Journal, file.Header.Settled);
        trace = new AccountTrace(Looks.Select(l => l.Look.Step).ToHashSet());
    }

    private SettlementHeader Header => file.Header;

    private IEnumerable<(EventPlace Place, LookEvent Look)> Looks =>
        journal.Steps.Where(s => s.Event is LookEvent look && look.Account == file.Passport.Account.Digest()).Select(s => (s.Place, (LookEvent)s.Event));

    /// <param name="bytes">From anyone.</param>
    /// <param name="policy">Whose logs count; null if nobody said: then nothing is accepted.</param>
    /// <returns>A report, whatever the bytes are.</returns>
    public static SettlementReport Check(ReadOnlyMemory<byte> bytes, Policy? policy, CancellationToken cancel = default)
    {
        try
        {
            return Check(SettlementFile.Parse(bytes), policy, cancel);
        }
        catch (MalformedException e)
        {
            var status = e is UnsupportedException ? PassportStatus.Unsupported : PassportStatus.Malformed;
            return new SettlementReport(status, e.Message, null, null, null, [], null, [], policy?.Name);
        }
    }

    internal static SettlementReport Check(SettlementFile file, Policy? policy, CancellationToken cancel = default) => new SettlementCheck(file).Run(policy, cancel);

    private SettlementReport Run(Policy? policy, CancellationToken cancel)
    {
        var passport = PassportVerifier.Verify(file.Passport, policy, trace, cancel);
        if (passport.Status == PassportStatus.Unsupported)
            throw new UnsupportedException(passport.Problem!);
        differences.AddRange(passport.Differences);
        // What rests on entries that do not hold is not worth saying.
        var replay = passport.State is null ? null : Replay();
        var figures = replay?.Figures;
        if (replay is not null && journal.IsWhole(Header.Settled))
            figures = figures! with { Paid = Fold(replay, cancel) };
        if (figures is not null)
            Compare(figures);
        return new SettlementReport(
            differences.Count == 0 ? PassportStatus.Recomputed : PassportStatus.Differs, null, file, passport, figures,
            [.. differences.Take(PassportReport.MostDifferences)], replay is null ? null : Completeness(replay),
            replay is null || passport.Status != PassportStatus.Recomputed ? [] : Evidence(replay, passport), policy?.Name);
    }

    private CoverReplay? Replay()
    {
        if (journal.Problem is { } problem)
        {
            differences.Add(problem);
            return null;
        }
        LookEvent? last = null;
        foreach (var (place, look) in Looks)
        {
            Compare($"journal{place}.look", look);
            if (last is not null && look.Step <= last.Step)
                Differs($"journal{place}.look", $"a look at step {look.Step} after one at step {last.Step}");
            last = look;
        }
        // What rests on looks that are none is not worth saying.
        if (differences.Count > 0)
            return null;
        if (journal.Steps.FirstOrDefault(s => s.Place == Header.Opened)?.Event is not CoverEvent cover)
            return Differs("opened", $"at {Header.Opened} no cover is shown");
        var sold = SoldCover.Of(cover);
        if (sold.Account != file.Passport.Account.Digest())
            return Differs("opened", $"the cover at {Header.Opened} is of another account");
        if (CoverReplay.Of(sold, Header.Opened, journal.Steps) is not { } replay)
            return Differs("opened", $"before {Header.Opened} neither terms nor a look at the account and this segment are shown");
        if (replay.Settled is not { } settled)
            return Differs("settled", $"nothing up to {Header.Settled} settles the cover");
        if (settled != Header.Settled)
            return Differs("settled", $"says {Header.Settled}, and {settled} settles the cover");
        return replay;
    }

    // The whole journal says more: that the purchase was allowed, the policy's number, and who was paid.
    private ImmutableArray<PaidTo>? Fold(CoverReplay replay, CancellationToken cancel)
    {
        try
        {
            var fold = JournalReplay.Of(journal.Entries.Select(e => e.Entry).TakeWhile(e => e.Number <= Header.Settled.Entry), Header.Journal, cancel);
            var sold = Header.Number < (ulong)fold.Sold.Count ? fold.Sold[(int)Header.Number] : null;
            if (sold?.Place != Header.Opened)
                Differs("number", $"says {Header.Number}, which {(sold is null ? "was never sold" : $"was sold at {sold.Place}")}");
            else if (!fold.Settled.TryGetValue(Header.Number, out var settled) || settled.Place != Header.Settled)
                Differs("settled", $"the market's journal does not settle policy {Header.Number} at {Header.Settled}");
            else if ((settled.Outcome.Payout, settled.Outcome.PremiumBack, settled.Outcome.Counts ?? default) != (replay.Figures.Payout, replay.Figures.PremiumBack, replay.Figures.Window))
                Differs("payout", $"the market's journal gives {settled.Outcome.Payout}, its looks {replay.Figures.Payout}");
            else
                return JournalReplay.Paid(settled.Outcome);
        }
        catch (MalformedException e)
        {
            Differs("journal", e.Message);
        }
        return null;
    }

    // A look says what the account's state at that step gives, digit by digit.
    private void Compare(string where, LookEvent said)
    {
        if (trace.Of(said.Step) is not { } own)
            Differs(where, $"a look at step {said.Step}, which the passport does not have");
        else if (!said.ToText().AsSpan().SequenceEqual(own.ToText()))
            Differs(where, $"says {Shown(said)}, and step {said.Step} gives {Shown(own)}");

        // From the first character on that differs.
        string Shown(LookEvent look)
        {
            var (a, b) = (System.Text.Encoding.UTF8.GetString(said.ToText()), System.Text.Encoding.UTF8.GetString(trace.Of(said.Step)!.ToText()));
            var at = a.AsSpan().CommonPrefixLength(b);
            var name = Math.Max(0, a.LastIndexOf('"', Math.Max(0, a.LastIndexOf(':', Math.Max(0, at - 1)) - 2)));
            var text = ReferenceEquals(look, said) ? a : b;
            return StrictJson.Shown(text[name..Math.Min(text.Length, name + 60)]);
        }
    }

    private void Compare(SettlementFigures own)
    {
        foreach (var (said, right) in SettlementHeader.Digits(Header.Figures).Zip(SettlementHeader.Digits(own)))
            if (said.Value != right.Value)
                Differs(said.Name, $"says {said.Value}, recomputed {right.Value}");
        if (own.Paid is not { } due)
            return;
        if (Header.Figures.Paid is not { } paid)
        {
            if (due.Length <= SettlementHeader.MostPaid)
                Differs("paid", $"says nothing, recomputed {due.Length}");
            return;
        }
        if (paid.Length != due.Length)
            Differs("paid", $"says {paid.Length} holders, recomputed {due.Length}");
        foreach (var (at, (said, right)) in paid.Zip(due).Index())
            if (said != right)
                Differs($"paid[{at}]", $"says {said.Units} for {said.Holder.Kind} {said.Holder.Number}, recomputed {right.Units} for {right.Holder.Kind} {right.Holder.Number}");
    }

    private JournalCompleteness Completeness(CoverReplay replay)
    {
        var steps = replay.Ended!.Step - replay.Bought.Step + 1;
        var looked = (ulong)Looks.Select(l => l.Look.Step).Distinct().Count(s => s >= replay.Bought.Step && s <= replay.Ended.Step);
        return new JournalCompleteness(journal.IsWhole(Header.Settled), journal.LeftOut(Header.Settled), steps - looked);
    }

    private ImmutableArray<EvidenceEpoch> Evidence(CoverReplay replay, PassportReport passport)
    {
        if (replay.Attached is not { } attached || trace.Provider is not { } provider)
            return [];
        var cover = (CoverEvent)journal.Steps.First(s => s.Place == Header.Opened).Event;
        return EvidenceTrail.Of(file.Passport, passport.State!, provider, trace.SettledOf(SoldCover.Of(cover).Segment, attached.Step, replay.Ended!.Step));
    }

    private CoverReplay? Differs(string where, string detail)
    {
        differences.Add(new PassportDifference(where, detail));
        return null;
    }
}
