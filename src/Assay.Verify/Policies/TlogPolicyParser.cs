using System.Text;
using Assay.Verify.Codecs;
using Assay.Verify.Json;
using Assay.Verify.Notes;

namespace Assay.Verify.Policies;

/// <summary>Reads a tlog-policy line by line (c2sp.org/tlog-policy, policy file syntax and structure).</summary>
internal sealed class TlogPolicyParser
{
    public const int MaxSize = 1 << 20;

    /// <summary>Of logs, of witnesses and of groups. The specification recommends at least 32.</summary>
    public const int MaxOfEach = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<VerifierKey> logs = [];
    private readonly List<Witness> witnesses = [];
    private readonly List<WitnessGroup> groups = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> grouped = new(StringComparer.Ordinal);
    private string? quorum;

    public static TlogPolicy Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxSize)
            throw new MalformedException($"a log policy of {text.Length} bytes: expected at most {MaxSize}");
        foreach (var octet in text)
            if (octet is not ((byte)'\t' or (byte)'\n' or (>= 0x20 and <= 0x7e) or >= 0x80))
                throw new MalformedException($"a log policy with the octet 0x{octet:x2}: expected tab and newline as the only control characters");
        if (text.IsEmpty || text[^1] != '\n')
            throw new MalformedException("a log policy whose last line does not end with a newline");
        return new TlogPolicyParser().Lines(Encoding.Latin1.GetString(text[..^1]).Split('\n'));
    }

    private TlogPolicy Lines(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var items = lines[i].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (items.Length == 0 || items[0][0] == '#')
                continue;
            try
            {
                Line(items);
            }
            catch (MalformedException e)
            {
                throw new MalformedException($"log policy, line {i + 1}: {e.Message}", e);
            }
        }
        return new TlogPolicy(
            [.. logs], [.. witnesses], [.. groups],
            quorum ?? throw new MalformedException("a log policy without a quorum line: expected exactly one (\"quorum none\" asks for no witness)"));
    }

    private void Line(string[] items)
    {
        switch (items)
        {
            case ["log", var key, ..] when items.Length <= 3:
                Log(Key(key, NoteSignatureType.Ed25519));
                break;
            case ["witness", var name, var key, ..] when items.Length <= 4:
                Witness(name, Key(key, NoteSignatureType.Cosignature), items.ElementAtOrDefault(3));
                break;
            case ["group", var name, var threshold, _, ..]:
                Group(name, threshold, items[3..]);
                break;
            case ["quorum", var name]:
                if (quorum is not null)
                    throw new MalformedException("a second quorum line: expected exactly one");
                quorum = name == TlogPolicy.None || names.Contains(name)
                    ? name
                    : throw new MalformedException($"the quorum names \"{StrictJson.Shown(name)}\", which no earlier line defines");
                break;
            default:
                throw new MalformedException(
                    "expected \"log VKEY [URL]\", \"witness NAME VKEY [URL]\", \"group NAME all|any|K NAME...\" or \"quorum NAME\"");
        }
    }

    private void Log(VerifierKey key)
    {
        if (logs.Exists(l => l.Key.Equals(key.Key)))
            throw new MalformedException($"the key of log \"{key.Name}\" appears twice");
        Limit(logs.Count);
        logs.Add(key);
    }

    private void Witness(string name, VerifierKey key, string? url)
    {
        if (witnesses.Exists(w => w.Key.Key.Equals(key.Key)))
            throw new MalformedException($"the key of witness \"{StrictJson.Shown(name)}\" appears twice");
        Limit(witnesses.Count);
        Define(name);
        witnesses.Add(new Witness(name, key, url));
    }

    private void Group(string name, string threshold, string[] members)
    {
        foreach (var member in members)
        {
            if (member == TlogPolicy.None || !names.Contains(member))
                throw new MalformedException($"the member \"{StrictJson.Shown(member)}\" is not defined by an earlier line");
            if (!grouped.Add(member))
                throw new MalformedException($"\"{StrictJson.Shown(member)}\" is listed as a member twice");
        }
        var k = threshold switch { "all" => (ulong)members.Length, "any" => 1UL, _ => Decimals.Read(threshold) };
        if (k == 0 || k > (ulong)members.Length)
            throw new MalformedException($"a threshold of {k}: expected 1 to {members.Length}");
        Limit(groups.Count);
        Define(name);
        groups.Add(new WitnessGroup(name, (int)k, [.. members]));
    }

    private void Define(string name)
    {
        if (name == TlogPolicy.None || !names.Add(name))
            throw new MalformedException($"the name \"{StrictJson.Shown(name)}\" is already taken");
    }

    private static void Limit(int count)
    {
        if (count >= MaxOfEach)
            throw new MalformedException($"more than {MaxOfEach} logs, witnesses or groups");
    }

    private static VerifierKey Key(string octets, NoteSignatureType type)
    {
        string text;
        try
        {
            text = StrictUtf8.GetString(Encoding.Latin1.GetBytes(octets));
        }
        catch (DecoderFallbackException e)
        {
            throw new MalformedException("a verifier key that is not UTF-8", e);
        }
        var key = VerifierKey.Parse(text);
        return key.Type == type
            ? key
            : throw new MalformedException($"a verifier key of type 0x{(byte)key.Type:x2}: expected 0x{(byte)type:x2} on this line");
    }
}
