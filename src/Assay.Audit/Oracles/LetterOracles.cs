using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Oracles;

/// <summary>An oracle whose verdict on one answer is one letter (docs/spec/audits.md section 6).</summary>
public interface ILetterOracle
{
    ObservationOracle Oracle { get; }

    /// <summary>The digest of all that its verdicts depend on, beside the answers.</summary>
    Hash Task { get; }

    IReadOnlyList<Probe> Probes { get; }

    /// <summary>Whether to ask for a stream.</summary>
    bool Streams { get; }

    /// <summary><c>p</c>, <c>f</c> or <c>n</c>; null where the answer is right or wrong by a key that nobody has given yet.</summary>
    char? Judge(Probe probe, Reply reply);
}

/// <summary>Against known answers. A malformed answer is none.</summary>
public sealed class GradedOracle(ProbeSet set) : ILetterOracle
{
    public ObservationOracle Oracle => ObservationOracle.Graded;

    public Hash Task { get; } = set.Digest("graded");

    public IReadOnlyList<Probe> Probes => set.Probes;

    public bool Streams => false;

    public char? Judge(Probe probe, Reply reply) =>
        reply.Kind != ReplyKind.Answered ? 'n' : probe.Key is not { } key ? null : key.Accepts(reply.Text) ? 'p' : 'f';
}

/// <summary>By the clock: an answer passes that is whole, well formed, begun and ended in time, and a JSON value where the probe asks for one.</summary>
/// <param name="firstToken">Objective in milliseconds, at least 1.</param>
/// <param name="total">The same of the whole answer.</param>
public sealed class ServiceOracle(ProbeSet set, uint firstToken, uint total) : ILetterOracle
{
    public ObservationOracle Oracle => ObservationOracle.Service;

    public Hash Task { get; } = set.Digest("service", Number(firstToken), Number(total));

    public IReadOnlyList<Probe> Probes => set.Probes;

    public bool Streams => true;

    public char? Judge(Probe probe, Reply reply) => reply.Kind switch
    {
        ReplyKind.None => 'n',
        ReplyKind.Malformed => 'f',
        _ => reply.FirstToken.TotalMilliseconds <= firstToken && reply.Total.TotalMilliseconds <= total && reply.Finish is not null && (!probe.Schema || IsJson(reply.Text)) ? 'p' : 'f',
    };

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32 }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal static byte[] Number(uint value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}

/// <summary>
/// Against the endpoint's own earlier answers: one passes that enrolment has seen to the same probe. How often an honest answer is new is
/// measured by the first letters, which the account's change detector is fitted to; so what alarms is more novelty than there was.
/// </summary>
public sealed class DriftOracle : ILetterOracle
{
    private const int MostAnswers = 256;

    private readonly Dictionary<string, HashSet<Hash>> known = new(StringComparer.Ordinal);

    /// <param name="set">The canaries.</param>
    /// <param name="enrolment">What <see cref="EnrolAsync"/> gave.</param>
    /// <exception cref="AuditException">Not an enrolment of these.</exception>
    public DriftOracle(ProbeSet set, byte[] enrolment)
    {
        Probes = set.Probes;
        Task = set.Digest("drift", enrolment);
        try
        {
            using var json = JsonDocument.Parse(enrolment, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            foreach (var member in json.RootElement.EnumerateObject())
                known[member.Name] = [.. member.Value.EnumerateArray().Take(MostAnswers).Select(a => Hash.FromHex(a.GetString() ?? ""))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or Verify.MalformedException)
        {
            throw new AuditException("the file is no enrolment: a JSON object with a list of SHA-256 in hex for each probe", e);
        }
        if (Probes.FirstOrDefault(p => !known.ContainsKey(p.Id)) is { } missing)
            throw new AuditException($"the enrolment has no answer to '{missing.Id}'");
    }

    public ObservationOracle Oracle => ObservationOracle.Drift;

    public Hash Task { get; }

    public IReadOnlyList<Probe> Probes { get; }

    public bool Streams => false;

    public char? Judge(Probe probe, Reply reply) =>
        reply.Kind != ReplyKind.Answered ? 'n' : known[probe.Id].Contains(Digest(reply)) ? 'p' : 'f';

    /// <summary>Asks each probe so many times and keeps the digests of the answers. A probe that is never answered keeps none.</summary>
    /// <param name="times">1 to 256.</param>
    public static async Task<byte[]> EnrolAsync(Endpoint endpoint, ProbeSet set, int times, Action<int> asked, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(times, MostAnswers);
        var (answers, count) = (set.Probes.ToDictionary(p => p.Id, _ => new SortedSet<string>(StringComparer.Ordinal)), 0);
        for (var round = 0; round < times; round++)
            foreach (var probe in set.Probes)
            {
                var reply = await endpoint.AskAsync(probe, streamed: false, tokens: false, cancel).ConfigureAwait(false);
                if (reply.Kind == ReplyKind.Answered)
                    answers[probe.Id].Add(Digest(reply).ToHex());
                asked(++count);
            }
        using var file = new MemoryStream();
        using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var probe in set.Probes)
            {
                json.WriteStartArray(probe.Id);
                foreach (var answer in answers[probe.Id])
                    json.WriteStringValue(answer);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return file.ToArray();
    }

    // How it ended is part of it: the same text that is cut off is another answer.
    private static Hash Digest(Reply reply) => Sha256.Of(Encoding.UTF8.GetBytes($"{reply.Finish}\n{reply.Text}"));
}
