using Assay.Log;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Keys;

/// <summary>Begins a log whose root keys are elsewhere: a genesis is drawn up here, signed by one root after another, and brought back.</summary>
public static class Ceremony
{
    private const int MaxFile = 1 << 20;

    /// <summary>Makes the node's log key and a genesis that nobody has signed, which it also leaves in the data folder.</summary>
    /// <exception cref="NodeException">There is a log here, or a genesis already.</exception>
    public static EventFile Prepare(DataFolder folder, NodeOptions options, RootSet roots)
    {
        folder.Create();
        using var owned = folder.Own();
        var files = new PosixLogFiles(folder.Log);
        if (!IsNew(files) || File.Exists(folder.Policy))
            throw new NodeException(NodeFault.BadRequest, $"there is a log in {folder.Path} already: a log's root keys are chosen when it begins");
        if (File.Exists(folder.PendingGenesis))
            throw new NodeException(NodeFault.BadRequest, $"a genesis waits for signatures in {folder.PendingGenesis}: sign that one, or remove it to begin anew");
        var keyring = new Keyring(folder.Keys);
        using var logKey = keyring.Has(Keyring.Log) ? keyring.Read(Keyring.Log) : keyring.Create(Keyring.Log);
        var origin = OriginOf(logKey.PublicKey);
        var genesis = EventFile.Of(new GenesisEvent(
            origin, roots, VerifierKey.Create(origin, NoteSignatureType.Ed25519, logKey.PublicKey), options.MaxLease,
            (ulong)options.PromiseWithin.TotalSeconds, options.Name, options.Clock.GetUtcNow()));
        var name = Path.GetFileName(folder.PendingGenesis);
        new PosixLogFiles(folder.Path).Replace(name, name + ".new", genesis.ToBytes(), Visibility.Public);
        return genesis;
    }

    /// <summary>Begins the log once enough of the roots have signed its genesis.</summary>
    /// <exception cref="NodeException">Too few signatures, or not the genesis that was drawn up here.</exception>
    public static async Task BeginAsync(DataFolder folder, NodeOptions options, EventFile genesis)
    {
        using var owned = folder.Own();
        var files = new PosixLogFiles(folder.Log);
        if (!IsNew(files))
            throw new NodeException(NodeFault.BadRequest, $"the log in {folder.Path} has begun already");
        if (Pending(folder) is not { } pending || !pending.Entry.Payload.Span.SequenceEqual(genesis.Entry.Payload.Span))
            throw new NodeException(NodeFault.BadRequest, $"this is not the genesis that was drawn up in {folder.Path}: `assay key init` makes one");
        using var logKey = new Keyring(folder.Keys).Read(Keyring.Log);
        var origin = OriginOf(logKey.PublicKey);
        var begun = (GenesisEvent)genesis.Event;
        if (begun.Origin != origin || !begun.LogKey.Key.Equals(logKey.PublicKey))
            throw new NodeException(NodeFault.BadRequest, "this genesis names another log key than the one on this machine");
        try
        {
            await TileLog.Create(files, origin, logKey, genesis.ToEntry(begun.Roots), new TileLogOptions { Clock = options.Clock }).DisposeAsync();
        }
        catch (LogException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
        File.Delete(folder.PendingGenesis);
    }

    /// <summary>The genesis that waits here for signatures, or null.</summary>
    public static EventFile? Pending(DataFolder folder)
    {
        if (new PosixLogFiles(folder.Path).Read(Path.GetFileName(folder.PendingGenesis), MaxFile) is not { } bytes)
            return null;
        try
        {
            return EventFile.Parse(bytes) is { Event: GenesisEvent } genesis ? genesis : throw new MalformedException("not a genesis");
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.Unavailable, $"{folder.PendingGenesis} is damaged ({e.Message}): remove it and begin anew", e);
        }
    }

    /// <summary>Refuses to make a log of one's own where one with other root keys was prepared.</summary>
    internal static void ThrowIfPending(DataFolder folder)
    {
        if (Pending(folder) is { Event: GenesisEvent genesis } pending)
            throw new NodeException(NodeFault.Unavailable,
                $"the log of this node has not begun, {folder.PendingGenesis} has {pending.Count(genesis.Roots)}: "
                + "`assay key sign` adds one, `assay key submit` begins the log when there are enough");
    }

    /// <summary>Whether there is no log yet.</summary>
    internal static bool IsNew(ILogFiles files) =>
        files.Length(LogLayout.SignedCheckpoint) is null && files.Length(LogLayout.PublishedCheckpoint) is null;

    // The origin names the log for ever: part of its key, so that two nodes never share one.
    internal static string OriginOf(Verify.Crypto.PublicKey logKey) => $"assay.local/{logKey.Id.ToHex()[..16]}";
}
