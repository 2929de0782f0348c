using Assay.Log;
using Assay.Node.Keys;
using Assay.Node.Receipts;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <summary>What a node holds of its data folder while it has it: the keys, the log, the vault, the witnesses. Made where there was none.</summary>
internal sealed class OpenedFolder : IAsyncDisposable
{
    private readonly IDisposable owned;

    private OpenedFolder(DataFolder folder, IDisposable owned, Keyring keyring, SigningKey logKey, string origin, ReceiptVault vault, VaultSink sink, TileLog log, Witnessed witnessed)
    {
        (Folder, this.owned, Keyring, LogKey, Origin) = (folder, owned, keyring, logKey, origin);
        (Vault, Sink, Log, Witnessed) = (vault, sink, log, witnessed);
        FirstIndex = log.Checkpoint.Checkpoint.Size;
    }

    public DataFolder Folder { get; }

    public Keyring Keyring { get; }

    public SigningKey LogKey { get; }

    public string Origin { get; }

    public ReceiptVault Vault { get; }

    public VaultSink Sink { get; }

    public TileLog Log { get; }

    public Witnessed Witnessed { get; }

    /// <summary>Of the first entry since the folder was opened. No write-ahead segment holds an older one any more.</summary>
    public ulong FirstIndex { get; }

    /// <exception cref="NodeException">Another process has it, a key is missing, or what is stored is damaged.</exception>
    public static OpenedFolder Open(DataFolder folder, NodeOptions options)
    {
        if (options.MaxLease < 2)
            throw new NodeException(NodeFault.BadRequest, $"a lease of at most {options.MaxLease} entries covers none: 2 is the least");
        folder.Create();
        var owned = folder.Own();
        try
        {
            return Open(folder, options, owned);
        }
        catch (Exception e)
        {
            owned.Dispose();
            if (e is LogException)
                throw new NodeException(NodeFault.Unavailable, e.Message, e);
            throw;
        }
    }

    private static OpenedFolder Open(DataFolder folder, NodeOptions options, IDisposable owned)
    {
        var keyring = new Keyring(folder.Keys);
        var files = options.LogFiles(folder.Log);
        var isNew = Ceremony.IsNew(files);
        if (isNew && File.Exists(folder.Policy))
            // A second log under the key and name of the first would be a fork of it.
            throw new NodeException(NodeFault.Unavailable, $"the log of this node is gone from {folder.Log}: put it back, or begin anew in another --data folder");
        if (isNew)
            Ceremony.ThrowIfPending(folder);
        var logKey = isNew && !keyring.Has(Keyring.Log) ? keyring.Create(Keyring.Log) : keyring.Read(Keyring.Log);
        var origin = Ceremony.OriginOf(logKey.PublicKey);
        var vault = new ReceiptVault(folder.Receipts);
        TileLog? log = null;
        try
        {
            var sink = new VaultSink(vault, origin, logKey, keyring, options.Clock);
            var logOptions = new TileLogOptions { Attachments = sink, PromiseWithin = options.PromiseWithin, Clock = options.Clock };
            log = isNew
                ? TileLog.Create(files, origin, logKey, NewGenesis(keyring, origin, logKey, options), logOptions)
                : TileLog.Open(files, origin, logKey, logOptions);
            var witnessed = new Witnessed(folder, log, VerifierKey.Create(origin, NoteSignatureType.Ed25519, logKey.PublicKey), options);
            return new OpenedFolder(folder, owned, keyring, logKey, origin, vault, sink, log, witnessed);
        }
        catch (Exception e)
        {
            log?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            vault.Dispose();
            logKey.Dispose();
            if (e is MalformedException or UnsupportedException)
                throw CannotContinue(folder, e);
            throw;
        }
    }

    public static NodeException CannotContinue(DataFolder folder, Exception e) =>
        new(NodeFault.Unavailable, $"the log in {folder.Log} cannot be continued: {e.Message}", e);

    public async ValueTask DisposeAsync()
    {
        await Witnessed.DisposeAsync();
        await Log.DisposeAsync();
        Folder.ClearOwner();
        Vault.Dispose();
        LogKey.Dispose();
        owned.Dispose();
    }

    // Where nobody prepared another: one root key, on this machine.
    private static byte[] NewGenesis(Keyring keyring, string origin, SigningKey logKey, NodeOptions options)
    {
        using var root = keyring.Has(Keyring.Root) ? keyring.Read(Keyring.Root) : keyring.Create(Keyring.Root);
        var key = VerifierKey.Create(origin, NoteSignatureType.Ed25519, logKey.PublicKey);
        return new GenesisEvent(
            origin, RootSet.Of(root.PublicKey), key, options.MaxLease, (ulong)options.PromiseWithin.TotalSeconds, options.Name, options.Clock.GetUtcNow()).ToEntry(root);
    }
}
