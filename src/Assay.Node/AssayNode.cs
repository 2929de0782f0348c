using System.Collections.Concurrent;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Log.Writing;
using Assay.Node.Keys;
using Assay.Node.Receipts;
using Assay.Node.State;
using Assay.Providers;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
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
    private readonly LogQueue queue;
    private readonly ConcurrentDictionary<Hash, RunnableModel> loaded = [];
    private readonly ConcurrentDictionary<(string Reference, Hash Digest), bool> published = [];
    private readonly SemaphoreSlim publishing = new(1, 1);
    private readonly IDisposable owned;
    private readonly Witnessed witnessed;

    private AssayNode(DataFolder folder, NodeOptions options, IDisposable owned, Keyring keyring, SigningKey logKey, TileLog log, ReceiptVault vault, VaultSink sink, Witnessed witnessed)
    {
        (Folder, this.options, this.owned, this.keyring, this.logKey, this.log, Vault, this.sink) = (folder, options, owned, keyring, logKey, log, vault, sink);
        this.witnessed = witnessed;
        Models = new ModelStore(folder.Models);
        Models.Blobs.ClearIncoming();
        state = new LogState();
        state.Follow(log.Reader);
        queue = new LogQueue(log);
        serving = new ServingKeys(keyring, Origin, SigningKeysOf, Genesis.MaxLease);
        engine = new LocalEngine(options.Engine);
        issuer = new ReceiptIssuer(log, queue, serving, Genesis.Node, options.Clock);
    }

    public DataFolder Folder { get; }

    public ModelStore Models { get; }

    public ReceiptVault Vault { get; }

    public GenesisEvent Genesis => state.Genesis!;

    public string Origin => Genesis.Origin;

    /// <summary>The newest signed checkpoint, and its very bytes.</summary>
    public SignedCheckpoint Checkpoint => log.Checkpoint;

    /// <summary>Why the log takes nothing more, or null while it does.</summary>
    public string? Stopped => log.Stopped?.Message ?? witnessed.Halted;

    /// <summary>Who cosigns this log, and how it stands with each; empty where nobody does.</summary>
    public IReadOnlyList<WitnessStatus> Witnesses => witnessed.Statuses;

    /// <summary>The newest checkpoint that bundles and <c>/log/checkpoint</c> show: with a quorum's cosignatures where there are witnesses, else the log's own.</summary>
    public SignedCheckpoint Shown => witnessed.Reader(log)?.Signed ?? log.Checkpoint;

    /// <summary>Opens a data folder, making it (keys, log, genesis, policy) where there is none.</summary>
    /// <exception cref="NodeException">Another process has it, a key is missing, or what is stored is damaged.</exception>
    public static AssayNode Open(DataFolder folder, NodeOptions options)
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

    private static AssayNode Open(DataFolder folder, NodeOptions options, IDisposable owned)
    {
        var keyring = new Keyring(folder.Keys);
        var files = new PosixLogFiles(folder.Log);
        var isNew = files.Length(LogLayout.SignedCheckpoint) is null && files.Length(LogLayout.PublishedCheckpoint) is null;
        if (isNew && File.Exists(folder.Policy))
            // A second log under the key and name of the first would be a fork of it.
            throw new NodeException(NodeFault.Unavailable, $"the log of this node is gone from {folder.Log}: put it back, or begin anew in another --data folder");
        var logKey = isNew && !keyring.Has(Keyring.Log) ? keyring.Create(Keyring.Log) : keyring.Read(Keyring.Log);
        // The origin names the log for ever: part of its key, so that two nodes never share one.
        var origin = $"assay.local/{logKey.PublicKey.Id.ToHex()[..16]}";
        var vault = new ReceiptVault(folder.Receipts);
        TileLog? log = null;
        Witnessed? witnessed = null;
        try
        {
            var sink = new VaultSink(vault, origin, logKey, options.Clock);
            var logOptions = new TileLogOptions { Attachments = sink, PromiseWithin = options.PromiseWithin, Clock = options.Clock };
            log = isNew
                ? TileLog.Create(files, origin, logKey, NewGenesis(keyring, origin, logKey, options), logOptions)
                : TileLog.Open(files, origin, logKey, logOptions);
            witnessed = new Witnessed(folder, log, VerifierKey.Create(origin, NoteSignatureType.Ed25519, logKey.PublicKey), options);
            var node = new AssayNode(folder, options, owned, keyring, logKey, log, vault, sink, witnessed);
            node.WritePolicy();
            witnessed.WaitForFirstRound();
            return node;
        }
        catch (Exception e)
        {
            witnessed?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            log?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            vault.Dispose();
            logKey.Dispose();
            if (e is MalformedException or UnsupportedException)
                throw new NodeException(NodeFault.Unavailable, $"the log in {folder.Log} cannot be continued: {e.Message}", e);
            throw;
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
        if (loaded.TryRemove(model.Graph, out _))
            engine.Forget(model.Graph);
    }

    /// <summary>The graph of a model, loaded once.</summary>
    public RunnableModel Load(StoredModel model)
    {
        var runnable = loaded.GetOrAdd(model.Graph, _ =>
        {
            var graph = Models.Load(model);
            // Receipts name this digest: what the record says of it is not believed.
            return Hash.From(GraphDigest.Of(graph)) == model.Graph
                ? new RunnableModel(new ModelClaim(model.Name, model.Version, model.Digest, model.Format), graph, model.Graph)
                : throw new NodeException(NodeFault.Unavailable,
                    $"this version of Assay lowers {model.Reference} to another graph than the one that imported it: `assay rm` it and `assay import` it again");
        });
        // The same files may be known under two names; the receipt says the one that was asked for.
        return runnable with { Claim = runnable.Claim with { Name = model.Name, Version = model.Version, Manifest = model.Digest } };
    }

    /// <summary>Runs a model and issues its receipt, durable and promised when this returns.</summary>
    /// <exception cref="ModelException">The inputs do not fit.</exception>
    /// <exception cref="NodeException">The log takes nothing more.</exception>
    public async Task<Answer> InvokeAsync(StoredModel model, IReadOnlyDictionary<string, Tensor> inputs, CallerTerms terms, CancellationToken cancel = default)
    {
        var requestedAt = options.Clock.GetUtcNow();
        witnessed.ThrowIfHalted();
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

    /// <summary>Whether a receipt of that id is promised but not yet in the tree, or, where there are witnesses, not yet in one that a quorum has cosigned.</summary>
    public bool IsPending(string recordId)
    {
        // In this order: a receipt is in the vault before it is expected no longer, and its entry in the tree after that.
        var promised = sink.IsPromised(recordId);
        return Vault.Find(recordId) is { } kept ? kept.Index >= (witnessed.Reader(log)?.Checkpoint.Size ?? 0) : promised;
    }

    /// <summary>The file that stands alone for a receipt.</summary>
    /// <param name="disclose">Whether the salts and bytes that open its commitments go in.</param>
    public Bundle MakeBundle(KeptReceipt kept, bool disclose)
    {
        var reader = witnessed.Reader(log);
        if (reader is null || reader.Checkpoint.Size <= kept.Index)
            throw new NodeException(NodeFault.Unavailable, "no quorum of witnesses has cosigned a checkpoint with this receipt yet");
        lock (stateGate)
        {
            state.Follow(log.Reader);
            return BundleMaker.Make(kept, reader, state, disclose);
        }
    }

    /// <summary>The bundle of an answer just given: waits until its entry is in the tree, and cosigned where there are witnesses.</summary>
    public async Task<Bundle> BundleAsync(Issued issued, CancellationToken cancel = default)
    {
        await log.WaitForCheckpointAsync(issued.Index, cancel);
        await witnessed.WaitForAsync(issued.Index, cancel);
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
        witnessed.ThrowIfHalted();
        await PublishAsync(model);
        using var turn = await queue.TakeAsync();
        return await serving.IntroduceAsync(new Segment(Service, model.Digest, LocalEngine.Profile, options.Region), turn);
    }

    /// <summary>Appends a signed event, in the tree when this returns; the root key must be on this machine.</summary>
    /// <exception cref="NodeException">The key is not here, or the event may not follow what the log holds: nothing was appended.</exception>
    public async Task<ulong> AppendEventAsync(LogEvent step)
    {
        witnessed.ThrowIfHalted();
        using var turn = await queue.TakeAsync();
        // No entry is on its way while we have the turn: the state we check against is the one the event will meet.
        await log.WaitForCheckpointAsync(turn.Next - 1);
        Look(s =>
        {
            try
            {
                s.Check(step);
                return s;
            }
            catch (MalformedException e)
            {
                throw new NodeException(NodeFault.BadRequest, e.Message, e);
            }
        });
        using var root = keyring.Read(Keyring.Root);
        var index = (await turn.Append(step.ToEntry(root))).Index;
        await log.WaitForCheckpointAsync(index);
        if (step is KeyEvent { Action: KeyAction.Retire or KeyAction.Compromise } ended)
            serving.Forget(ended.KeyId);
        return index;
    }

    public async ValueTask DisposeAsync()
    {
        await witnessed.DisposeAsync();
        await log.DisposeAsync();
        Folder.ClearOwner();
        serving.Dispose();
        engine.Dispose();
        Vault.Dispose();
        publishing.Dispose();
        queue.Dispose();
        logKey.Dispose();
        owned.Dispose();
    }

    // Called with the log's turn. A key that was in use before it was replaced has no receipt on its way: only a retirement leads
    // back to it, and that waited for the tree.
    private IReadOnlyList<KeyState> SigningKeysOf(Segment segment) => Look(s => s.Keys.Values
        .Where(k => k.Segment == segment && !k.Retired).OrderByDescending(k => k.Events[0].Index).ToList());

    private async Task PublishAsync(StoredModel model)
    {
        if (published.ContainsKey((model.Reference, model.Digest)))
            return;
        await publishing.WaitAsync();
        try
        {
            var step = new ModelEvent(Origin, model.Name, model.Version, model.Digest, model.Format, model.Graph, model.Files);
            if (!Look(s => s.Models.Any(m => m.Event.Equals(step))))
                await AppendEventAsync(step);
            published[(model.Reference, model.Digest)] = true;
        }
        finally
        {
            publishing.Release();
        }
    }

    private void WritePolicy()
    {
        var isNew = !File.Exists(Folder.Policy);
        if (!isNew && options.Witnesses is null)
            return;
        var key = VerifierKey.Create(Origin, NoteSignatureType.Ed25519, logKey.PublicKey);
        var name = Path.GetFileName(Folder.Policy);
        var policy = isNew ? Policy.ForLog(Genesis.Node, key, Genesis.Roots) : Policy.Parse(File.ReadAllBytes(Folder.Policy));
        new PosixLogFiles(Folder.Path).Replace(name, name + ".new", witnessed.Revise(policy).ToBytes(), Visibility.Public);
    }

    private static byte[] NewGenesis(Keyring keyring, string origin, SigningKey logKey, NodeOptions options)
    {
        using var root = keyring.Has(Keyring.Root) ? keyring.Read(Keyring.Root) : keyring.Create(Keyring.Root);
        var key = VerifierKey.Create(origin, NoteSignatureType.Ed25519, logKey.PublicKey);
        return new GenesisEvent(
            origin, RootSet.Of(root.PublicKey), key, options.MaxLease, (ulong)options.PromiseWithin.TotalSeconds, options.Name, options.Clock.GetUtcNow()).ToEntry(root);
    }
}
