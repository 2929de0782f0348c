using Assay.Verify.Audits;

namespace Assay.Reliability.Accounts;

/// <summary>The verdicts on one epoch, each record once: of several the strongest counts (docs/spec/accounts-fold.md section 3).</summary>
public sealed class EpochVerdicts
{
    private const byte None = byte.MaxValue;
    private const int Unopened = 5;
    private const int Wrong = 4;
    private const int Reproduced = 1;

    // By letter: its place among the letters by strength.
    private static readonly byte[] Strength = MakeStrengths();

    private readonly ulong first;
    private readonly byte[] strongest;
    // One bit for each strength that some auditor gave the record.
    private readonly byte[] given;

    /// <param name="first">The epoch's first sequence.</param>
    /// <param name="records">How many records it has.</param>
    public EpochVerdicts(ulong first, ulong records)
    {
        this.first = first;
        (strongest, given) = (new byte[records], new byte[records]);
        Array.Fill(strongest, None);
    }

    /// <summary>One auditor's letters on the first records of its draw's order.</summary>
    /// <returns>How many of each.</returns>
    public LetterCounts Add(ReadOnlySpan<ulong> order, ReadOnlySpan<char> letters)
    {
        Span<ulong> counted = stackalloc ulong[VerdictLetters.ByStrength.Length];
        for (var i = 0; i < letters.Length; i++)
        {
            var at = (int)(order[i] - first);
            var strength = Strength[letters[i]];
            counted[strength]++;
            if (strength < strongest[at])
                strongest[at] = strength;
            given[at] |= (byte)(1 << strength);
        }
        return Counted(counted);
    }

    /// <summary>Of these records, how many one auditor passed though another showed that they diverge.</summary>
    public ulong Contradicted(ReadOnlySpan<ulong> order, ReadOnlySpan<char> letters)
    {
        var count = 0UL;
        for (var i = 0; i < letters.Length; i++)
            if (letters[i] == VerdictLetters.Reproduced && strongest[(int)(order[i] - first)] == 0)
                count++;
        return count;
    }

    /// <summary>All judged records, each once; the counted ones are told in ascending order of sequence.</summary>
    /// <param name="judge">Told whether each pass or failure is a failure.</param>
    /// <param name="disputed">Records reproduced for one auditor, and unopened or wrong by the word of another.</param>
    public LetterCounts Sum(Action<bool> judge, out ulong disputed)
    {
        Span<ulong> counted = stackalloc ulong[VerdictLetters.ByStrength.Length];
        disputed = 0;
        for (var at = 0; at < strongest.Length; at++)
        {
            var strength = strongest[at];
            if (strength == None)
                continue;
            counted[strength]++;
            if (strength is Reproduced && (given[at] & (1 << Wrong | 1 << Unopened)) != 0)
                disputed++;
            if (strength is Reproduced)
                judge(false);
            else if (strength is 0 or Wrong or Unopened)
                judge(true);
        }
        return Counted(counted);
    }

    private static LetterCounts Counted(ReadOnlySpan<ulong> byStrength)
    {
        var counts = default(LetterCounts);
        for (var i = 0; i < byStrength.Length; i++)
            counts.Add(VerdictLetters.ByStrength[i], byStrength[i]);
        return counts;
    }

    private static byte[] MakeStrengths()
    {
        var strengths = new byte[128];
        for (var i = 0; i < VerdictLetters.ByStrength.Length; i++)
            strengths[VerdictLetters.ByStrength[i]] = (byte)i;
        return strengths;
    }
}
