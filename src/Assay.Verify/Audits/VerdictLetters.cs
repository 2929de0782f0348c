using System.Buffers;

namespace Assay.Verify.Audits;

/// <summary>One letter a record (docs/spec/audits.md section 4).</summary>
public static class VerdictLetters
{
    /// <summary>The most that one entry holds.</summary>
    public const int Most = 30_000;

    /// <summary>Reproduced, bit for bit.</summary>
    public const char Reproduced = 'r';

    /// <summary>Diverged: a proof that anyone can recompute.</summary>
    public const char Diverged = 'd';

    /// <summary>Not opened by the deadline.</summary>
    public const char Unopened = 'u';

    /// <summary>Opened, but not what the log holds.</summary>
    public const char Wrong = 'w';

    /// <summary>Shown not to be auditable: outside the frame.</summary>
    public const char Outside = 'o';

    /// <summary>A void.</summary>
    public const char Void = 'v';

    /// <summary>The auditor could not decide.</summary>
    public const char Undecided = 'x';

    /// <summary>The strongest first: of several verdicts on one record the first here counts.</summary>
    public const string ByStrength = "drvowux";

    private static readonly SearchValues<char> Known = SearchValues.Create(ByStrength);

    /// <summary>Whether these are letters of verdicts and nothing else.</summary>
    public static bool AreKnown(ReadOnlySpan<char> letters) => !letters.ContainsAnyExcept(Known);

    /// <summary>Whether the record was run: such a letter has a leaf in the entry's work.</summary>
    public static bool WasRun(char letter) => letter is Reproduced or Diverged;
}
