using System.Collections.Concurrent;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Writing;
using Assay.Node.Keys;
using Assay.Node.Receipts;
using Assay.Node.State;
using Assay.Providers;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <summary>What a run gave its caller.</summary>
public sealed record Answer(Run Run, Issued Receipt);

/// <summary>A node: one data folder with its keys, log, models and receipts, and an engine. The web host and the command line both drive this.</summary>
/// <remarks>An answer travels: inputs → <see cref="IProvider.InvokeAsync"/> → statement → envelope → sealed entry → promise → answer; the bundle follows when the entry is in the tree.</remarks>
public sealed class AssayNode : IAsyncDisposable
{
    private const string Service = "assay";

    private readonly NodeOptions options;
    private readonly SigningKey logKey;
    private readonly TileLog log;
    private readonly LogState state;
    private readonly Lock stateGate = new();
    private readonly VaultSink sink;
    private readonly ServingKeys serving;
    private readonly ReceiptIssuer issuer;
    private readonly LocalEngine engine;
    private readonly Keyring keyring;
    private readonly ConcurrentDictionary<Hash, RunnableModel> loaded = [];
    private readonly ConcurrentDictionary<(string Reference, Hash Digest), bool> published = [];
    private readonly SemaphoreSlim publishing = new(1, 1);

    private AssayNode(DataFolder folder, NodeOptions options, Keyring keyring, SigningKey logKey, TileLog log, ReceiptVault vault, VaultSink sink)
    {
        (Folder, this.options, this.keyring, this.logKey, this.log, Vault, this.sink) = (folder, options, keyring, logKey, log, vault, sink);
        Models = new ModelStore(folder.Models);
        state = new LogState();
        state.Follow(log.Reader);
        serving = new ServingKeys(keyring, state, Genesis.MaxLease, step => AppendEventAsync(step));
        engine = new LocalEngine(options.Engine);
        issuer = new ReceiptIssuer(log, serving, Genesis.Node, options.Clock);
    }

    public DataFolder Folder { get; }

    public ModelStore Models { get; }

    public ReceiptVault Vault { get; }

    public GenesisEvent Genesis => state.Genesis!;

    public string Origin => Genesis.Origin;

    /// <summary>The newest signed checkpoint, and its very bytes.</summary>
    public SignedCheckpoint Checkpoint => log.Checkpoint;

    /// <summary>Why the log takes nothing more, or null while it does.</summary>
    public string? Stopped => log.Stopped?.Message;

    /// <summary>Opens a data folder, making it (keys, log, genesis, policy) where there is none.</summary>
    /// <exception cref="NodeException">Another process has it, a key is missing, or what is stored is damaged.</exception>
    public static AssayNode Open(DataFolder folder, NodeOptions options)
    {
        folder.Create();
        var keyring = new Keyring(folder.Keys);
        var files = new PosixLogFiles(folder.Log);
        var logKey = keyring.Has(Keyring.Log) ? keyring.Read(Keyring.Log) : keyring.Create(Keyring.Log);
        // The origin names the log for ever: part of its key, so that two nodes never share one.
        var origin = $"assay.local/{logKey.PublicKey.Id.ToHex()[..16]}";
        var vault = new ReceiptVault(folder.Receipts);
        var sink = new VaultSink(vault, origin, logKey, options.Clock);
        var logOptions = new TileLogOptions { Attachments = sink, PromiseWithin = options.PromiseWithin, Clock = options.Clock };
        try
        {
            var log = files.Length(LogLayout.SignedCheckpoint) is null
                ? TileLog.Create(files, origin, logKey, NewGenesis(keyring, origin, logKey, options), logOptions)
                : TileLog.Open(files, origin, logKey, logOptions);
            var node = new AssayNode(folder, options, keyring, logKey, log, vault, sink);
            node.WritePolicy();
            return node;
        }
        catch (LogLockedException e)
        {
            vault.Dispose();
            var where = folder.OwnerUrl() is { } url ? $", serving at {url}" : "";
            throw new NodeException(NodeFault.InUse,
                $"the data folder {folder.Path} is in use by process {e.Owner?.ToString() ?? "?"}{where}: stop it, or use another --data folder", e);
        }
        catch (LogException e)
        {
            vault.Dispose();
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }

    /// <summary>Brings a model in and publishes it in the log.</summary>
    public async Task<StoredModel> ImportAsync(string path, string? name = null, string? version = null)
    {
        var model = Models.Import(path, name, version, options.Clock.GetUtcNow());
        await PublishAsync(model);
        return model;
    }

    /// <summary>Forgets a model's files. Its receipts and its entry in the log stay.</summary>
    public void Remove(StoredModel model)
    {
        Models.Remove(model);
        if (loaded.TryRemove(model.Digest, out var runnable))
            engine.Forget(runnable.GraphDigest);
    }

    /// <summary>The graph of a model, loaded once.</summary>
    public RunnableModel Load(StoredModel model)
    {
        var runnable = loaded.GetOrAdd(model.Digest, _ =>
            new RunnableModel(new ModelClaim(model.Name, model.Version, model.Digest, model.Format), Models.Load(model), model.Graph));
        // The same files may be known under two names; the receipt says the one that was asked for.
        return runnable with { Claim = runnable.Claim with { Name = model.Name, Version = model.Version } };
    }

    /// <summary>Runs a model and issues its receipt, durable and promised when this returns.</summary>
    /// <exception cref="ModelException">The inputs do not fit.</exception>
    /// <exception cref="NodeException">The log takes nothing more.</exception>
    public async Task<Answer> InvokeAsync(StoredModel model, IReadOnlyDictionary<string, Tensor> inputs, CallerTerms terms, CancellationToken cancel = default)
    {
        var requestedAt = options.Clock.GetUtcNow();
        if (terms.Nonce?.Length > CallerTerms.MaxNonce)
            throw new NodeException(NodeFault.BadRequest, $"a nonce has at most {CallerTerms.MaxNonce} characters");
        await PublishAsync(model);
        var runnable = Load(model);
        var run = await engine.InvokeAsync(new Invocation(runnable, inputs), cancel);
        var segment = new Segment(Service, model.Digest, run.Execution.Profile, options.Region);
        try
        {
            var issued = await issuer.IssueAsync(segment, runnable.Claim, run, terms, requestedAt);
            sink.Expect(issued);
            return new Answer(run, issued);
        }
        catch (LogException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }

    /// <summary>Whether a receipt of that id is promised but not yet in the tree.</summary>
    public bool IsPending(string recordId) => sink.IsPending(recordId);

    /// <summary>The file that stands alone for a receipt.</summary>
    /// <param name="disclose">Whether the salts and bytes that open its commitments go in.</param>
    public Bundle MakeBundle(KeptReceipt kept, bool disclose)
    {
        var reader = log.Reader;
        lock (stateGate)
        {
            state.Follow(reader);
            return BundleMaker.Make(kept, reader, state, disclose);
        }
    }

    /// <summary>The bundle of an answer just given: waits until its entry is in the tree.</summary>
    public async Task<Bundle> BundleAsync(Issued issued, CancellationToken cancel = default)
    {
        await log.WaitForCheckpointAsync(issued.Index, cancel);
        return MakeBundle(Vault.Find(issued.RecordId)!, disclose: true);
    }

    /// <summary>Entries and proofs at the newest checkpoint.</summary>
    public LogReader Reader => log.Reader;

    /// <summary>Reads something off the folded log, brought up to the newest checkpoint.</summary>
    public T Look<T>(Func<LogState, T> look)
    {
        lock (stateGate)
        {
            state.Follow(log.Reader);
            return look(state);
        }
    }

    /// <summary>Introduces a new serving key for a model; the next receipt is signed with it.</summary>
    public async Task<Hash> IntroduceKeyAsync(StoredModel model)
    {
        await PublishAsync(model);
        return await serving.IntroduceAsync(new Segment(Service, model.Digest, LocalEngine.Profile, options.Region), log.Size);
    }

    /// <summary>Appends a signed event; the root key must be on this machine.</summary>
    public async Task<ulong> AppendEventAsync(LogEvent step)
    {
        using var root = keyring.Read(Keyring.Root);
        return (await log.AppendAsync(step.ToEntry(root))).Index;
    }

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        Folder.ClearOwner();
        serving.Dispose();
        engine.Dispose();
        Vault.Dispose();
        publishing.Dispose();
        logKey.Dispose();
    }

    private async Task PublishAsync(StoredModel model)
    {
        if (published.ContainsKey((model.Reference, model.Digest)))
            return;
        await publishing.WaitAsync();
        try
        {
            var step = new ModelEvent(model.Name, model.Version, model.Digest, model.Format, model.Graph, model.Files);
            if (!Look(s => s.Models.Any(m => m.Event.Equals(step))))
                await log.WaitForCheckpointAsync(await AppendEventAsync(step), CancellationToken.None);
            published[(model.Reference, model.Digest)] = true;
        }
        finally
        {
            publishing.Release();
        }
    }

    private void WritePolicy()
    {
        if (File.Exists(Folder.Policy))
            return;
        var key = VerifierKey.Create(Origin, NoteSignatureType.Ed25519, logKey.PublicKey);
        File.WriteAllBytes(Folder.Policy + ".new", Policy.ForLog(Genesis.Node, key, Genesis.RootKey).ToBytes());
        File.Move(Folder.Policy + ".new", Folder.Policy, overwrite: true);
    }

    private static byte[] NewGenesis(Keyring keyring, string origin, SigningKey logKey, NodeOptions options)
    {
        using var root = keyring.Has(Keyring.Root) ? keyring.Read(Keyring.Root) : keyring.Create(Keyring.Root);
        var key = VerifierKey.Create(origin, NoteSignatureType.Ed25519, logKey.PublicKey);
        return new GenesisEvent(
            origin, root.PublicKey, key, options.MaxLease, (ulong)options.PromiseWithin.TotalSeconds, options.Name, options.Clock.GetUtcNow()).ToEntry(root);
    }
}
