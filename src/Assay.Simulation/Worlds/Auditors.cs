using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Worlds;

/// <summary>What makes an epoch's audit other than that of honest auditors.</summary>
/// <param name="Friend">The colluding auditor passes all, on a draw of its own.</param>
/// <param name="Jammed">Drawn records that nobody gets opened, in millionths.</param>
/// <param name="Slandered">One auditor's draw of its own, of which so many millionths are called unopened.</param>
public readonly record struct AuditConditions(bool Friend, uint Jammed = 0, uint Slandered = 0);

/// <summary>Five auditors: 0 to 2 honest, 3 lazy, 4 colluding (docs/experiment.md section 2). In E number 2 trades.</summary>
/// <param name="rate">Share of records that each draws, in millionths.</param>
/// <param name="lazy">Whether the lazy one is there.</param>
public sealed class Auditors(uint rate, bool lazy)
{
    public const int Count = 5;
    public const int Lazy = 3;
    public const int Colluding = 4;
    public const int Trading = 2;
    private const int CanariesEach = 4;

    private static readonly string[] Origins = [.. Enumerable.Range(0, Count).Select(i => $"auditor-{i}.example")];
    private static readonly Hash[] Keys = [.. Origins.Select(o => { var sha = Sha256.Start(); sha.Add(o); return sha.Finish(); })];

    private readonly ulong[] order = new ulong[EpochRecords.Count];
    private readonly ulong[] other = new ulong[EpochRecords.Count];
    private readonly char[] letters = new char[EpochRecords.Count];

    /// <summary>The name that an auditor's tally has.</summary>
    public static string Origin(int auditor) => Origins[auditor];

    /// <summary>Of its log key.</summary>
    public static Hash KeyId(int auditor) => Keys[auditor];

    /// <summary>Draws, judges and settles an epoch.</summary>
    /// <param name="watch">Told of each pass or failure as the account is.</param>
    public void Settle(GivenAccount account, int segment, EpochRecords records, in AuditConditions conditions, Draws draws, Action<bool>? watch = null)
    {
        var verdicts = new EpochVerdicts(0, EpochRecords.Count);
        var absent = 0;
        for (var i = 0; i < Lazy; i++)
            absent |= draws.Chance(20_000) ? 1 << i : 0;
        // Whoever uses all secrets that are shown draws the same records.
        var drawn = Lots(order, draws);
        var honest = HonestLetters(records, order.AsSpan(0, drawn), conditions.Jammed, draws);
        Span<LetterCounts> counted = stackalloc LetterCounts[Count];
        for (var i = 0; i < Lazy; i++)
            if ((absent >> i & 1) == 0 && !(i == Trading && conditions.Slandered > 0))
                counted[i] = verdicts.Add(order.AsSpan(0, drawn), honest);
        if (!conditions.Friend)
            counted[Colluding] = verdicts.Add(order.AsSpan(0, drawn), honest);
        var passes = letters.AsSpan(0, EpochRecords.Count);
        passes.Fill('r');
        if (lazy)
            counted[Lazy] = verdicts.Add(order.AsSpan(0, drawn), passes[..drawn]);
        if (conditions.Friend)
        {
            var own = Lots(other, draws);
            counted[Colluding] = verdicts.Add(other.AsSpan(0, own), passes[..own]);
            account.Tally(Origins[Colluding], Keys[Colluding], Lazy + 1, counted[Colluding], verdicts.Contradicted(other.AsSpan(0, own), passes[..own]));
        }
        if (conditions.Slandered > 0 && (absent >> Trading & 1) == 0)
        {
            var own = Lots(other, draws);
            var words = HonestLetters(records, other.AsSpan(0, own), 0, draws);
            for (var i = 0; i < own; i++)
                if (words[i] == 'r' && draws.Chance(conditions.Slandered))
                    words[i] = 'u';
            counted[Trading] = verdicts.Add(other.AsSpan(0, own), words);
            account.Tally(Origins[Trading], Keys[Trading], Colluding, counted[Trading], 0);
        }
        for (var i = 0; i < Count; i++)
            if ((i == Lazy ? lazy : i > Lazy || (absent >> i & 1) == 0) && !(i == Trading && conditions.Slandered > 0) && !(i == Colluding && conditions.Friend))
                account.Tally(
                    Origins[i], Keys[i], 0, counted[i],
                    i == Lazy ? verdicts.Contradicted(order.AsSpan(0, drawn), passes[..drawn]) : 0);
        account.Settle(segment, EpochRecords.Count, verdicts, drawn: true);
        if (watch is not null)
            verdicts.Sum(watch, out _);
        Canaries(account, segment, records, conditions, draws);
    }

    // Auditors' own requests are customers' records like others: the lazy one and the friend pass theirs.
    private static void Canaries(GivenAccount account, int segment, EpochRecords records, in AuditConditions conditions, Draws draws)
    {
        for (var auditor = 0; auditor < Count; auditor++)
            for (var i = 0; i < CanariesEach; i++)
            {
                var at = draws.Below(EpochRecords.Count);
                while (records.Own[at])
                    at = draws.Below(EpochRecords.Count);
                // An auditor has its own record's answer: nothing needs to be opened for it.
                var letter = auditor == Lazy || auditor == Colluding && conditions.Friend || records.Letters[at] == 'r' ? 'r' : 'd';
                account.AddCanaries(segment, letter, 1);
            }
    }

    private int Lots(ulong[] into, Draws draws)
    {
        var drawn = 0;
        for (var i = 0; i < EpochRecords.Count; i++)
            if (draws.Chance(rate))
                into[drawn++] = (ulong)i;
        return drawn;
    }

    private static char[] HonestLetters(EpochRecords records, ReadOnlySpan<ulong> drawn, uint jammed, Draws draws)
    {
        var words = new char[drawn.Length];
        for (var i = 0; i < drawn.Length; i++)
            words[i] = jammed > 0 && draws.Chance(jammed) ? 'u' : records.Letters[(int)drawn[i]];
        return words;
    }
}
