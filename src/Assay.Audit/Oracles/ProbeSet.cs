using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Verify.Crypto;

namespace Assay.Audit.Oracles;

/// <summary>A set of probes: JSON Lines, one probe a line, and the file's very bytes, which its digest is of.</summary>
public sealed class ProbeSet
{
    /// <summary>Most bytes of a file, and probes in it.</summary>
    public const int MostBytes = 64 << 20, Most = 100_000;

    private const int MostLine = 256 << 10;
    private const int MostDepth = 16;
    private const int MostMessages = 256;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MostDepth, AllowDuplicateProperties = false };

    private readonly byte[] bytes;

    private ProbeSet(byte[] bytes, IReadOnlyList<Probe> probes) => (this.bytes, Probes) = (bytes, probes);

    public IReadOnlyList<Probe> Probes { get; }

    /// <summary>SHA-256 of <c>"assay/task/v1\n"</c>, the oracle (text), what else its verdicts depend on (each with u64be(length) before it) and the file.</summary>
    public Hash Digest(string oracle, params ReadOnlySpan<byte[]> settings)
    {
        var sha = Sha256.Start();
        sha.Add("assay/task/v1\n"u8);
        sha.Add(oracle);
        Span<byte> length = stackalloc byte[8];
        foreach (var setting in settings)
        {
            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)setting.Length);
            sha.Add(length);
            sha.Add(setting);
        }
        sha.Add(bytes);
        return sha.Finish();
    }

    /// <exception cref="AuditException">Not such a file; names the line.</exception>
    public static ProbeSet Parse(byte[] bytes)
    {
        if (bytes.Length > MostBytes)
            throw new AuditException($"a file of probes of {bytes.Length} bytes: at most {MostBytes} are read");
        var (probes, ids, number) = (new List<Probe>(), new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var line in Lines(bytes))
        {
            number++;
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (line.Length > MostLine)
                throw new AuditException($"line {number}: {line.Length} bytes; at most {MostLine} are read");
            if (probes.Count == Most)
                throw new AuditException($"more than {Most} probes");
            var probe = Read(line, $"line {number}");
            if (!ids.Add(probe.Id))
                throw new AuditException($"line {number}: the id '{Cut(probe.Id)}' is there twice");
            probes.Add(probe);
        }
        return probes.Count > 0 ? new ProbeSet(bytes, probes) : throw new AuditException("no probe is in the file");
    }

    /// <summary>The probes with keys that came later.</summary>
    /// <param name="labels">JSON Lines of <c>{"id": …, "answer": …}</c>.</param>
    /// <exception cref="AuditException">Not such lines, or of a probe that is not in the set, or that has a key.</exception>
    public ProbeSet WithLabels(byte[] labels)
    {
        if (labels.Length > MostBytes)
            throw new AuditException($"a file of labels of {labels.Length} bytes: at most {MostBytes} are read");
        var found = new Dictionary<string, AnswerKey>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in Lines(labels))
        {
            number++;
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            using var json = Document(line, $"line {number}");
            var where = $"line {number}";
            var id = Text(json.RootElement, "id", where) ?? throw new AuditException($"{where}: \"id\" is missing");
            if (!json.RootElement.TryGetProperty("answer", out var answer) || !found.TryAdd(id, AnswerKey.Read(answer, where)))
                throw new AuditException($"{where}: one answer for each id");
        }
        foreach (var probe in Probes)
            if (probe.Key is not null && found.ContainsKey(probe.Id))
                throw new AuditException($"'{Cut(probe.Id)}' has an answer already");
        return new ProbeSet(bytes, [.. Probes.Select(p => found.Remove(p.Id, out var key) ? p with { Key = key } : p)]) is var set && found.Count == 0
            ? set
            : throw new AuditException($"there is no probe '{Cut(found.Keys.First())}'");
    }

    private static List<ReadOnlyMemory<byte>> Lines(byte[] bytes)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        for (ReadOnlyMemory<byte> rest = bytes; rest.Length > 0;)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            lines.Add(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return lines;
    }

    private static JsonDocument Document(ReadOnlyMemory<byte> line, string where)
    {
        try
        {
            var json = JsonDocument.Parse(line, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new AuditException($"{where} is no JSON object");
        }
        catch (JsonException e)
        {
            throw new AuditException($"{where} is no JSON: {e.Message.Split('\n')[0]}", e);
        }
    }

    private static Probe Read(ReadOnlyMemory<byte> line, string where)
    {
        using var document = Document(line, where);
        var json = document.RootElement;
        try
        {
            foreach (var member in json.EnumerateObject())
                if (member.Name is not ("id" or "prompt" or "messages" or "maxTokens" or "temperatureThousandths" or "answer" or "json"))
                    throw new AuditException($"{where}: a probe has no member '{Cut(member.Name)}'");
            var id = Text(json, "id", where) ?? throw new AuditException($"{where}: \"id\" is missing");
            var prompt = Text(json, "prompt", where);
            var messages = Messages(json, where);
            if (prompt is null == messages is null)
                throw new AuditException($"{where}: one of \"prompt\" and \"messages\" is right");
            return new Probe(
                id, prompt, messages, Whole(json, "maxTokens", 1, 4096, 64, where), Whole(json, "temperatureThousandths", 0, 2000, 0, where),
                json.TryGetProperty("answer", out var answer) && answer.ValueKind != JsonValueKind.Null ? AnswerKey.Read(answer, where) : null,
                json.TryGetProperty("json", out var schema) && schema.ValueKind == JsonValueKind.True);
        }
        catch (InvalidOperationException e)
        {
            throw new AuditException($"{where} has a text that is none", e);
        }
    }

    private static JsonArray? Messages(JsonElement json, string where)
    {
        if (!json.TryGetProperty("messages", out var list))
            return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MostMessages)
            throw new AuditException($"{where}: \"messages\" is a list of 1 to {MostMessages} messages");
        var messages = new JsonArray();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || item.EnumerateObject().Any(m => m.Name is not ("role" or "content")))
                throw new AuditException($"{where}: a message has a \"role\" and a \"content\"");
            messages.Add(new JsonObject
            {
                ["role"] = Text(item, "role", where) ?? throw new AuditException($"{where}: a message without \"role\""),
                ["content"] = Text(item, "content", where) ?? throw new AuditException($"{where}: a message without \"content\""),
            });
        }
        return messages;
    }

    private static string? Text(JsonElement json, string name, string where) => !json.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text
        : throw new AuditException($"{where}: \"{name}\" is a text that is not empty");

    private static int Whole(JsonElement json, string name, int least, int most, int otherwise, string where) => !json.TryGetProperty(name, out var value) ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw new AuditException($"{where}: \"{name}\" is a whole number from {least} to {most}");

    private static string Cut(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
