using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Node.Keys;

/// <summary>
/// An event on its way to the log (<c>*.event.json</c>): the DSSE envelope of its entry with the signatures collected so far, possibly
/// none. It is carried from one root key to the next; nothing in it is secret.
/// </summary>
public sealed record EventFile
{
    private EventFile(LogEvent step, OpenEntry entry) => (Event, Entry) = (step, entry);

    public LogEvent Event { get; }

    /// <summary>The entry as far as it is signed.</summary>
    public OpenEntry Entry { get; }

    public int Signatures => Entry.Signatures.Length;

    /// <summary>An event that nobody has signed yet.</summary>
    /// <exception cref="MalformedException">The event says something that its own parser refuses.</exception>
    public static EventFile Of(LogEvent step)
    {
        var payload = step.ToBytes();
        return new EventFile(LogEvent.Parse(payload), new OpenEntry(payload, []));
    }

    /// <exception cref="MalformedException">Not such a file, or an event that contradicts itself.</exception>
    /// <exception cref="UnsupportedException">An event of a type that this version does not know.</exception>
    public static EventFile Parse(ReadOnlySpan<byte> bytes)
    {
        // A text editor may have left white space around it.
        var json = JsonAt.Root(StrictJson.Parse(bytes, 2 * OpenEntry.MaxSize), "event").Only("payloadType", "payload", "signatures");
        json["payloadType"].MustBe(Envelope.InToto);
        var entry = new OpenEntry(json["payload"].Base64Bytes(), []);
        foreach (var signature in json["signatures"].Items(OpenEntry.MaxSignatures))
            entry = entry.With(Read(signature));
        var step = LogEvent.Parse(entry.Payload.Span);
        // Whoever signs is shown the event, and must not put a name under anything beside it.
        if (!entry.Payload.Span.SequenceEqual(step.ToBytes()))
            throw new MalformedException("event.payload: it says more than this version can show, or says it in another form than this version writes");
        if (step is GenesisEvent genesis)
            RequireSignatures(entry, genesis.Roots);
        return new EventFile(step, entry);
    }

    /// <summary>Whether the signatures have been checked: a genesis names its root keys, another event only the log does.</summary>
    public bool SignaturesAreChecked => Event is GenesisEvent;

    /// <summary>The same with one more signature.</summary>
    /// <exception cref="NodeException">The key has signed already, is not one of the roots that a genesis names, or this is no event for roots.</exception>
    public EventFile Sign(SigningKey key)
    {
        if (Event.SignedByLogKey)
            throw new NodeException(NodeFault.BadRequest, $"{(Event is EpochEvent ? "an epoch" : "this event")} is signed by the log key, not by roots");
        if (Event is GenesisEvent genesis && genesis.Roots.Find(key.PublicKey.Id) is null)
            throw new NodeException(NodeFault.BadRequest, $"the key {key.PublicKey} is not one of the root keys that this genesis names");
        return Entry.Signatures.Any(s => s.KeyId == key.PublicKey.Id)
            ? throw new NodeException(NodeFault.BadRequest, $"the key {key.PublicKey} has signed this event already")
            : new EventFile(Event, Entry.With(key));
    }

    /// <summary>The entry for the log.</summary>
    /// <exception cref="NodeException">Too few signatures, one by a stranger, or one that does not verify.</exception>
    public byte[] ToEntry(RootSet roots)
    {
        try
        {
            RequireSignatures(Entry, roots);
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
        return Signatures >= roots.Threshold
            ? Entry.ToBytes()
            : throw new NodeException(NodeFault.BadRequest, $"{Count(roots)}: `assay key sign` adds one where a root key is");
    }

    /// <summary>For people: <c>1 of 2 signatures</c>.</summary>
    public string Count(RootSet roots) => $"{Signatures} of {roots.Threshold} signatures";

    /// <summary>One line of JSON.</summary>
    public byte[] ToBytes() => [.. Entry.ToBytes(), (byte)'\n'];

    private static void RequireSignatures(OpenEntry entry, RootSet roots)
    {
        var pae = entry.Pae();
        foreach (var signature in entry.Signatures)
        {
            var signer = roots.Find(signature.KeyId)
                ?? throw new MalformedException($"a signature by the key {signature.KeyId.ToHex()[..8]}, which is not one of the root keys of this log");
            if (!signer.Verify(pae, signature.Bytes.Span))
                throw new MalformedException($"the signature by {signer} is not over what this file says");
        }
    }

    private static DsseSignature Read(JsonAt json)
    {
        var bytes = json.Only("keyid", "sig")["sig"].Base64Bytes();
        return bytes.Length == KeyAlgorithms.SignatureSize
            ? new DsseSignature(json["keyid"].HexHash(), bytes)
            : throw json["sig"].Wrong($"a signature of {KeyAlgorithms.SignatureSize} bytes");
    }
}
