using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Reliability.Passports;

/// <summary>An account at a step, with everything that its figures are a function of, in one file (docs/spec/passports.md). Says what it says; <see cref="PassportVerifier"/> finds out whether it holds.</summary>
/// <param name="Account">What the account is of.</param>
/// <param name="Folder">Origin of the log whose entries are the account's steps.</param>
/// <param name="Step">Number of the last step.</param>
/// <param name="Logs">The folder's, the provider's, the auditors'; none twice.</param>
/// <param name="Segments">The figures that are published.</param>
public sealed record Passport(
    AccountId Account, string Folder, ulong Step, ImmutableArray<PassportLog> Logs, ImmutableArray<PublishedSegment> Segments)
{
    public const string MediaType = "application/vnd.assay.passport.v1";

    /// <summary>The usual end of a file's name.</summary>
    public const string FileExtension = ".passport.jsonl";

    public const int MaxSize = 1 << 29;
    public const int MaxLine = 1 << 20;
    public const int MaxLogs = 66;
    public const int MaxItems = 1 << 24;
    public const int MaxSegments = 1 << 16;
    public const int MaxKeys = 4096;

    /// <param name="file">Its bytes, from anyone; they must not change while the passport is used.</param>
    /// <exception cref="MalformedException">Not a passport.</exception>
    /// <exception cref="UnsupportedException">Of another version or oracle.</exception>
    public static Passport Parse(ReadOnlyMemory<byte> file) => new PassportReader(file).Read();

    public void Write(Stream file) => PassportWriter.Write(this, file);
}

/// <summary>One log of a passport, from left to right.</summary>
/// <param name="Note">A checkpoint of it.</param>
/// <param name="Items">The whole tree of that checkpoint.</param>
/// <param name="Index">Of the provider's log: what shows that nothing but records was left out.</param>
public sealed record PassportLog(string Origin, SignedNote Note, IReadOnlyList<PassportItem> Items, PassportIndex? Index);

/// <summary>An entry, or the head of a complete subtree of entries that were left out.</summary>
/// <param name="Entry">The entry's bytes; empty where it was left out.</param>
/// <param name="Height">The subtree has 2^this entries.</param>
public readonly record struct PassportItem(ReadOnlyMemory<byte> Entry, Hash Head, int Height)
{
    public static PassportItem Shown(ReadOnlyMemory<byte> entry) => new(entry, default, 0);

    public static PassportItem LeftOut(in Hash head, int height) => new(default, head, height);

    public bool IsShown => !Entry.IsEmpty;
}

/// <summary>What an epoch entry says of every serving key.</summary>
/// <param name="Entry">Index of that entry.</param>
/// <param name="Note">Its index note; null where nobody confirmed it.</param>
/// <param name="Keys">All keys introduced below the epoch's size, in ascending order of id.</param>
public sealed record PassportIndex(ulong Entry, SignedNote? Note, ImmutableArray<CountedKey> Keys);

/// <summary>A serving key in a verifiable index.</summary>
/// <param name="Count">Number of its records.</param>
/// <param name="Records">RFC 6962 head over them.</param>
public readonly record struct CountedKey(Hash KeyId, ulong Count, Hash Records);

/// <summary>What is published of one segment.</summary>
/// <param name="Owner">How often the log had changed hands when the segment began.</param>
/// <param name="Records">Of its settled epochs.</param>
/// <param name="Epochs">Settled epochs.</param>
public sealed record PublishedSegment(
    Hash Model, string Profile, string Region, ulong Owner, ulong Records, ulong Epochs, ulong EpochsWithoutDraw, ulong Disputed, AccountFigures Figures)
{
    public static PublishedSegment Of(SegmentState segment) => new(
        segment.Model, segment.Profile, segment.Region, segment.Owner, segment.Records, segment.Epochs, segment.EpochsWithoutDraw, segment.Disputed,
        AccountFigures.Of(segment));
}
