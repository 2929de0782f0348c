using System.Globalization;
using System.Text;
using Assay.Audit.Oracles;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Histories;

/// <summary>A batch of a published history, as an entry of whoever imports it would say it.</summary>
public sealed record Imported(Observed Observed, Batch Batch);

/// <summary>
/// Histories that others have published, read as observations. Whoever imports one testifies to having read it in this file, no more: each
/// service is titled "imported from FILE (digest)", and what makes a verdict is in the task, in words (docs/oracles.md).
/// </summary>
public static class History
{
    /// <summary>Most bytes of a file, unpacked.</summary>
    public const int MostBytes = 256 << 20;

    private static readonly SortedDictionary<string, Func<byte[], Source, IEnumerable<Imported>>> Readers = new(StringComparer.Ordinal)
    {
        ["aider-quant"] = Published.AiderQuant,
        ["kimi-vendor-verifier"] = (bytes, source) => Published.Vendors(bytes, source, "Moonshot"),
        ["llmdrift-prime"] = Published.Primes,
        ["llmperf"] = Published.Llmperf,
        ["minimax-provider-verifier"] = (bytes, source) => Published.Vendors(bytes, source, "minimax"),
        ["thefastest"] = Published.Thefastest,
    };

    public static IEnumerable<string> Kinds => Readers.Keys;

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="name">The file's, for the title.</param>
    /// <param name="bytes">Of the file; of <c>llmdrift-prime</c> as it is or packed by gzip.</param>
    /// <returns>In the order of time, as far as the file has any.</returns>
    /// <exception cref="AuditException">Not such a file.</exception>
    public static IReadOnlyList<Imported> Read(string kind, string name, byte[] bytes) =>
        !Readers.TryGetValue(kind, out var read) ? throw new AuditException($"'{kind}' is no known history: {string.Join(", ", Kinds)}")
        : bytes.Length > MostBytes ? throw new AuditException($"a file of {bytes.Length} bytes: at most {MostBytes} are read")
        : [.. read(bytes, new Source(name, Sha256.Of(bytes)))];

    /// <summary>Where a history was read.</summary>
    internal sealed record Source(string Name, Hash Digest)
    {
        /// <param name="address">Who was asked, as the file says it.</param>
        /// <param name="rule">What makes a verdict, in words: the task is its digest.</param>
        public Observed Observed(string who, string model, string address, ObservationOracle oracle, string rule) => new(
            Cut($"{who} {model}".Trim(), 800) + $", imported from {Cut(Name, 100)} (sha256:{Digest.ToHex()[..16]})", ObservationsEvent.AddressOf(address, model), oracle,
            Sha256.Of(Encoding.UTF8.GetBytes($"assay/imported/v1\n{rule}\n{Digest.ToHex()}")));

        private static string Cut(string text, int most)
        {
            var clean = new string([.. text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))]);
            return clean.Length > most ? clean[..most] : clean;
        }
    }

    /// <summary>Letters of one day, in batches.</summary>
    internal static IEnumerable<Batch> Batches(DateTimeOffset from, DateTimeOffset to, IEnumerable<char> letters) =>
        letters.Chunk(VerdictLetters.Most).Select(chunk => new Batch(from, to, new string(chunk), null));

    internal static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time >= DateTimeOffset.UnixEpoch
            ? DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds())
            : throw new AuditException($"'{(text.Length > 40 ? text[..40] : text)}' is no time");

    internal static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
