using Assay.Log;
using Assay.Log.Files;
using Assay.Providers.Relay;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Node.Relays;

/// <summary>
/// The relays of a data folder: for each <c>NAME.json</c>, and its key in <c>NAME.key</c>, readable by the owner only. Read anew at each use, so one that is added or removed
/// beside a running node counts at once.
/// </summary>
public sealed class RelayStore(string folder)
{
    private const int MaxFile = 1 << 16, MaxKey = 4096, MaxName = 64;
    private const string Record = ".json", Key = ".key", Temporary = ".incoming";

    private readonly PosixLogFiles files = new(folder);

    /// <summary>Keeps a relay, and its key.</summary>
    /// <param name="key">Sent upstream as a bearer token; null for none.</param>
    /// <exception cref="NodeException">The name is taken or none, an address that is none, or a key of other characters than a header takes.</exception>
    public void Add(Relay relay, string? key)
    {
        if (!IsName(relay.Name))
            throw new NodeException(NodeFault.BadRequest, $"'{StrictJson.Shown(relay.Name)}' is not a name: 1 to {MaxName} letters, digits, '-', '_' and '.', the first of them no sign");
        try
        {
            relay.Description.Check();
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
        if (key is not null && (key.Length is 0 or > MaxKey || key.Any(c => c is <= ' ' or >= '\x7f')))
            throw new NodeException(NodeFault.BadRequest, $"the key is not one line of 1 to {MaxKey} printable ASCII characters without blanks");
        if (files.Length(relay.Name + Record) is not null)
            throw new NodeException(NodeFault.BadRequest, $"there is a relay '{relay.Name}' already: `assay relay remove {relay.Name}` first");
        // The key first: a relay that is there has its key.
        if (key is not null)
            files.Replace(relay.Name + Key, Temporary, System.Text.Encoding.ASCII.GetBytes(key), Visibility.Private);
        else
            files.Delete(relay.Name + Key);
        files.Replace(relay.Name + Record, Temporary, relay.ToBytes(), Visibility.Private);
    }

    /// <summary>In the order of their names.</summary>
    /// <exception cref="NodeException">A file is damaged.</exception>
    public IReadOnlyList<Relay> List() =>
        [.. files.List("").Where(f => f.EndsWith(Record, StringComparison.Ordinal)).Select(f => Find(f[..^Record.Length])).OfType<Relay>()];

    /// <summary>By its name, with or without its version; null where there is none.</summary>
    /// <exception cref="NodeException">Its file is damaged.</exception>
    public Relay? Find(string reference)
    {
        var (name, version) = reference.Split('@') is [var first, var second] ? (first, second) : (reference, null);
        if (!IsName(name) || files.Read(name + Record, MaxFile) is not { } bytes)
            return null;
        try
        {
            var relay = Relay.Parse(bytes);
            return relay.Name != name ? throw new MalformedException($"it names '{relay.Name}'")
                : version is null || version == relay.Model.Version ? relay : null;
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.Unavailable, $"relays/{name}{Record} is damaged ({e.Message}): put it back from a copy, or remove it", e);
        }
    }

    /// <summary>Where to send, with the key.</summary>
    /// <exception cref="NodeException">The key is damaged.</exception>
    public RelayTarget TargetOf(Relay relay)
    {
        try
        {
            var key = files.Read(relay.Name + Key, MaxKey);
            return new RelayTarget(relay.Description, key is null ? null : System.Text.Encoding.ASCII.GetString(key));
        }
        catch (LogException e)
        {
            throw new NodeException(NodeFault.Unavailable, $"relays/{relay.Name}{Key} cannot be read", e);
        }
    }

    public bool HasKey(Relay relay) => files.Length(relay.Name + Key) is not null;

    /// <summary>Forgets a relay and its key. Its receipts, and its entry in the log, stay.</summary>
    /// <exception cref="NodeException">There is none of that name.</exception>
    public void Remove(string name)
    {
        if (!IsName(name) || files.Length(name + Record) is null)
            throw new NodeException(NodeFault.NotFound, $"there is no relay '{StrictJson.Shown(name)}': `assay relay list` shows what there is");
        files.Delete(name + Record);
        files.Delete(name + Key);
        files.FlushDirectory("");
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && char.IsAsciiLetterOrDigit(name[0]);
}
