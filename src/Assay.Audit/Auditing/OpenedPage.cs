using System.Text;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

namespace Assay.Audit.Auditing;

/// <summary>What came for one drawn record.</summary>
/// <param name="Digest">Of the bytes that are kept; zero where it is gone.</param>
public readonly record struct OpenedRecord(ulong Position, OpeningKind Kind, Hash Digest);

/// <summary>What came for 64 positions of a draw: a line for each, <c>POSITION KIND DIGEST</c>, in ascending order of position.</summary>
internal static class OpenedPage
{
    /// <summary>Positions of a page, and of one request: 64.</summary>
    public const int Size = OpeningRequest.MaxCount;

    private const int MaxBytes = 16 * 1024;

    /// <summary>The first position of the page that a position is on.</summary>
    public static ulong FromOf(ulong position) => position / Size * Size;

    public static SortedDictionary<ulong, OpenedRecord> Read(AuditorFolder folder, ulong draw, ulong from) =>
        folder.Read(NameOf(draw, from), MaxBytes, Parse) ?? [];

    public static void Write(AuditorFolder folder, ulong draw, ulong from, SortedDictionary<ulong, OpenedRecord> page)
    {
        var text = new StringBuilder();
        foreach (var (position, kind, digest) in page.Values)
            text.Append(position).Append(' ').Append(kind).Append(' ').Append(digest.ToHex()).Append('\n');
        folder.Write(NameOf(draw, from), Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static SortedDictionary<ulong, OpenedRecord> Parse(ReadOnlySpan<byte> bytes)
    {
        var page = new SortedDictionary<ulong, OpenedRecord>();
        foreach (var line in Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is not [var position, var name, var digest] || !Enum.TryParse<OpeningKind>(name, out var kind) || !Enum.IsDefined(kind))
                throw new MalformedException($"a line that is not 'POSITION KIND DIGEST': \"{Verify.Json.StrictJson.Shown(line)}\"");
            var record = new OpenedRecord(Decimals.Read(position), kind, Hash.FromHex(digest));
            if (!page.TryAdd(record.Position, record))
                throw new MalformedException($"position {record.Position} twice");
        }
        return page;
    }

    private static string NameOf(ulong draw, ulong from) => $"openings/{draw}/{from}";
}
