using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Audits;

namespace Assay.Reliability.Accounts;

/// <summary>How many records were judged in which way.</summary>
public struct LetterCounts : IEquatable<LetterCounts>
{
    public ulong Diverged;
    public ulong Reproduced;
    public ulong Voids;
    public ulong Outside;
    public ulong Wrong;
    public ulong Unopened;
    public ulong Undecided;

    /// <summary>Reproduced are passes; diverged, wrong and unopened are failures; the rest is neither.</summary>
    public readonly Counts Counts => new(Reproduced, Diverged + Wrong + Unopened);

    /// <summary>With those that the auditors could not decide as failures: what is left when nothing is taken on trust.</summary>
    public readonly Counts AtWorst => new(Reproduced + Voids + Outside, Diverged + Wrong + Unopened + Undecided);

    /// <summary>With those that the auditors could not decide as passes.</summary>
    public readonly Counts AtBest => new(Reproduced + Voids + Outside + Undecided, Diverged + Wrong + Unopened);

    /// <summary>Each letter with its count, in the order of <see cref="VerdictLetters.ByStrength"/>.</summary>
    public readonly IEnumerable<(char Letter, ulong Count)> ByLetter() =>
    [
        (VerdictLetters.Diverged, Diverged), (VerdictLetters.Reproduced, Reproduced), (VerdictLetters.Void, Voids), (VerdictLetters.Outside, Outside),
        (VerdictLetters.Wrong, Wrong), (VerdictLetters.Unopened, Unopened), (VerdictLetters.Undecided, Undecided),
    ];

    public void Add(char letter, ulong times = 1)
    {
        switch (letter)
        {
            case VerdictLetters.Diverged: Diverged += times; break;
            case VerdictLetters.Reproduced: Reproduced += times; break;
            case VerdictLetters.Void: Voids += times; break;
            case VerdictLetters.Outside: Outside += times; break;
            case VerdictLetters.Wrong: Wrong += times; break;
            case VerdictLetters.Unopened: Unopened += times; break;
            case VerdictLetters.Undecided: Undecided += times; break;
            default: throw new ArgumentOutOfRangeException(nameof(letter), letter, "not the letter of a verdict");
        }
    }

    public static LetterCounts operator +(LetterCounts a, LetterCounts b) => new()
    {
        Diverged = a.Diverged + b.Diverged, Reproduced = a.Reproduced + b.Reproduced, Voids = a.Voids + b.Voids, Outside = a.Outside + b.Outside,
        Wrong = a.Wrong + b.Wrong, Unopened = a.Unopened + b.Unopened, Undecided = a.Undecided + b.Undecided,
    };

    public readonly bool Equals(LetterCounts other) =>
        (Diverged, Reproduced, Voids, Outside, Wrong, Unopened, Undecided)
        == (other.Diverged, other.Reproduced, other.Voids, other.Outside, other.Wrong, other.Unopened, other.Undecided);

    public override readonly bool Equals(object? obj) => obj is LetterCounts other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Diverged, Reproduced, Voids, Outside, Wrong, Unopened, Undecided);

    public static bool operator ==(LetterCounts a, LetterCounts b) => a.Equals(b);

    public static bool operator !=(LetterCounts a, LetterCounts b) => !a.Equals(b);

    internal void Transfer(StateBytes bytes)
    {
        bytes.Number(ref Diverged);
        bytes.Number(ref Reproduced);
        bytes.Number(ref Voids);
        bytes.Number(ref Outside);
        bytes.Number(ref Wrong);
        bytes.Number(ref Unopened);
        bytes.Number(ref Undecided);
        UInt128 sum = (UInt128)Diverged + Reproduced + Voids + Outside + Wrong + Unopened + Undecided;
        if (sum >= Statistics.Counts.Limit)
            throw new MalformedException("an account's state with counts above 2^53");
    }
}
