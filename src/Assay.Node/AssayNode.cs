using System.Collections.Concurrent;
using System.Security.Cryptography;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Log.Writing;
using Assay.Node.Accounts;
using Assay.Node.Audits;
using Assay.Node.Keys;
using Assay.Node.Language;
using Assay.Node.Market;
using Assay.Node.Proofs;
using Assay.Node.Receipts;
using Assay.Node.Relays;
using Assay.Node.State;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Store.Pull;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <summary>What a run gave its caller.</summary>
public sealed record Answer(Run Run, Issued Receipt);

/// <summary>A node: one data folder with its keys, log, models and receipts, and an engine. The web host and the command line both drive this.</summary>
/// <remarks>An answer travels: inputs → <see cref="IProvider.InvokeAsync"/> → statement → envelope → sealed entry → promise → answer; the bundle follows when the entry is in the tree.</remarks>
public sealed partial class AssayNode : IAsyncDisposable
{
    private const string Service = "assay";

    private readonly NodeOptions options;
    private readonly OpenedFolder opened;
    private readonly TileLog log;
    private readonly FoldedLog folded = new();
    private readonly LogQueue queue;
    private readonly RootKeys roots;
    private readonly ServingKeys serving;
    private readonly EventWriter events;
    private readonly ReceiptIssuer issuer;
    private readonly LocalEngine engine;
    private readonly LoadedModels loaded;
    private readonly Tickets tickets;
    private readonly LanguageDesk language;
    private readonly ConcurrentDictionary<(string Reference, Hash Digest), bool> published = [];
    private readonly SemaphoreSlim publishing = new(1, 1);

    private AssayNode(OpenedFolder opened, NodeOptions options)
    {
        (this.opened, this.options, log) = (opened, options, opened.Log);
        Models = new ModelStore(Folder.Models);
        Models.Blobs.ClearIncoming();
        Genesis = Look(s => s.Genesis!);
        queue = new LogQueue(log);
        roots = new RootKeys(opened.Keyring, Genesis.Roots);
        serving = new ServingKeys(opened.Keyring, roots, Origin, SigningKeysOf, Genesis.MaxLease, options.ServingKeyAlgorithm);
        events = new EventWriter(log, queue, folded, roots, serving);
        Index = new NodeIndex(opened, queue, folded, options.EpochEvery);
        Audits = new AuditDesk(opened, events, folded, kept => MakeBundle(kept, disclose: true).ToBytes(), options.Withholds);
        Accounts = new AccountsDesk(opened, log, events, folded, options);
        Market = new MarketDesk(opened, queue, folded, Accounts, options);
        Accounts.Tell(Market.LookAtAsync);
        engine = new LocalEngine(options.Engine with { Limits = options.Engine.Limits with { Time = options.RunTime } });
        loaded = new LoadedModels(Models, engine);
        Proofs = new ProofDesk(options, Folder, Models, model => loaded.Load(model).Graph);
        issuer = new ReceiptIssuer(log, queue, serving, Genesis.Node, options.Clock);
        tickets = new Tickets(Folder.Tickets, LanguageIssuer.TicketsIn(Vault));
        var answers = new LanguageIssuer(issuer, queue, serving, tickets, opened.Sink);
        language = new LanguageDesk(model => Models.OpenLanguage(model), answers, options.Language, Service, options.Region, Index.Count);
        Relays = new RelayDesk(Folder.Relays, answers, options.Relay, Service, options.Region, Index.Count, AskAsync);
    }

    public DataFolder Folder => opened.Folder;

    public ModelStore Models { get; }

    public ReceiptVault Vault => opened.Vault;

    public GenesisEvent Genesis { get; }

    public string Origin => Genesis.Origin;

    internal NodeOptions Options => options;

    /// <summary>Models that run elsewhere.</summary>
    public RelayDesk Relays { get; }

    /// <summary>The log's epochs, and what indexers say of them.</summary>
    public NodeIndex Index { get; }

    /// <summary>What auditors ask of this node.</summary>
    public AuditDesk Audits { get; }

    /// <summary>The accounts that this node keeps.</summary>
    public AccountsDesk Accounts { get; }

    /// <summary>The market, if this node has one.</summary>
    public MarketDesk Market { get; }

    /// <summary>What this process takes as its operator's word over HTTP; it lies in the data folder while the node serves.</summary>
    public string OperatorToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether enough root keys are on this machine to sign events without anyone else.</summary>
    public bool SignsEvents => roots.Suffice;

    /// <summary>The newest signed checkpoint, and its very bytes.</summary>
    public SignedCheckpoint Checkpoint => log.Checkpoint;

    /// <summary>Why the log takes nothing more, or null while it does.</summary>
    public string? Stopped => log.Stopped?.Message ?? opened.Witnessed.Halted;

    /// <summary>Who cosigns this log, and how it stands with each; empty where nobody does.</summary>
    public IReadOnlyList<WitnessStatus> Witnesses => opened.Witnessed.Statuses;

    /// <summary>The newest checkpoint that bundles and <c>/log/checkpoint</c> show: with a quorum's cosignatures where there are witnesses, else the log's own.</summary>
    public SignedCheckpoint Shown => opened.Witnessed.Reader(log)?.Signed ?? log.Checkpoint;

    /// <summary>Entries and proofs at the newest checkpoint.</summary>
    public LogReader Reader => log.Reader;

    /// <summary>Opens a data folder, making it (keys, log, genesis, policy) where there is none.</summary>
    /// <exception cref="NodeException">Another process has it, a key is missing, or what is stored is damaged.</exception>
    public static AssayNode Open(DataFolder folder, NodeOptions options)
    {
        var opened = OpenedFolder.Open(folder, options);
        try
        {
            var node = new AssayNode(opened, options);
            options.Auditors?.Write(folder);
            NodePolicy.Write(folder, node.Genesis, opened.Witnessed, options);
            opened.Witnessed.WaitForFirstRound();
            return node;
        }
        catch (Exception e)
        {
            opened.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw e is MalformedException or UnsupportedException ? OpenedFolder.CannotContinue(folder, e)
                : e is LogException ? new NodeException(NodeFault.Unavailable, e.Message, e)
                : e;
        }
    }

    /// <summary>Brings a model in and publishes it in the log, if the root keys for that are here; <see cref="Unpublished"/> says so.</summary>
    public async Task<StoredModel> ImportAsync(string path, string? name = null, string? version = null)
    {
        var model = Models.Import(path, name, version, options.Clock.GetUtcNow());
        if (roots.Suffice)
            await PublishAsync(model);
        return model;
    }

    /// <summary>As <see cref="ImportAsync"/>, of files that were pulled.</summary>
    public async Task<StoredModel> KeepAsync(IReadOnlyList<PulledFile> pulled, string name, string? version = null)
    {
        var model = Models.Keep(pulled, name, version, options.Clock.GetUtcNow());
        if (roots.Suffice)
            await PublishAsync(model);
        return model;
    }

    /// <summary>Publishes a relay in the log, if the root keys for that are here; <see cref="Unpublished"/> says so.</summary>
    public Task PublishAsync(Relay relay) => roots.Suffice ? PublishAsync(relay.Model) : Task.CompletedTask;

    /// <summary>The event that publishes a model, as far as it can be signed here; null where the model is published.</summary>
    public EventFile? Unpublished(StoredModel model) => EventOf(model) is var step && IsPublished(step) ? null : roots.Sign(step);

    /// <summary>Forgets a model's files. Its receipts and its entry in the log stay.</summary>
    public void Remove(StoredModel model)
    {
        language.Forget(model);
        loaded.Remove(model);
    }

    /// <summary>The graph of a model, loaded once.</summary>
    public RunnableModel Load(StoredModel model) => loaded.Load(model);

    /// <summary>Runs a model and issues its receipt, durable and promised when this returns.</summary>
    /// <exception cref="ModelException">The inputs do not fit.</exception>
    /// <exception cref="NodeException">The log takes nothing more, or an event is needed that root keys elsewhere must sign.</exception>
    public async Task<Answer> InvokeAsync(StoredModel model, IReadOnlyDictionary<string, Tensor> inputs, CallerTerms terms, CancellationToken cancel = default)
    {
        var requestedAt = options.Clock.GetUtcNow();
        opened.Witnessed.ThrowIfHalted();
        terms.Check();
        await PublishAsync(model);
        var runnable = Load(model);
        var run = await options.Runs(engine, new Invocation(runnable, inputs), cancel);
        var segment = new Segment(Service, model.Digest, run.Execution.Profile, options.Region);
        try
        {
            var issued = await issuer.IssueAsync(segment, runnable.Claim, run, terms, requestedAt);
            opened.Sink.Expect(issued);
            Index.Count();
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
        var promised = opened.Sink.IsPromised(recordId);
        return Vault.Find(recordId) is { } kept ? kept.Index >= (opened.Witnessed.Reader(log)?.Checkpoint.Size ?? 0) : promised;
    }

    /// <summary>The file that stands alone for a receipt.</summary>
    /// <param name="disclose">Whether the salts and bytes that open its commitments go in.</param>
    public Bundle MakeBundle(KeptReceipt kept, bool disclose)
    {
        var reader = opened.Witnessed.Reader(log);
        if (reader is null || reader.Checkpoint.Size <= kept.Index)
            throw new NodeException(NodeFault.Unavailable, "no quorum of witnesses has cosigned a checkpoint with this receipt yet");
        var epoch = Index.For(kept.Index, reader);
        var bundle = Look(state => BundleMaker.Make(kept, reader, state, epoch, Index.IndexAt, disclose));
        // A proof is about what is disclosed, and says nothing without it.
        return disclose ? Proofs.Complete(kept.RecordId, bundle) : bundle;
    }

    /// <summary>The bundle of an answer just given: waits until its entry is in the tree, and cosigned where there are witnesses.</summary>
    public async Task<Bundle> BundleAsync(Issued issued, CancellationToken cancel = default)
    {
        await log.WaitForCheckpointAsync(issued.Index, cancel);
        await opened.Witnessed.WaitForAsync(issued.Index, cancel);
        return MakeBundle(Vault.Find(issued.RecordId)!, disclose: true);
    }

    /// <summary>Deletes what only this node holds of a receipt: statement, salts, input, output. The entry in the log stays, and nobody can tell whose it is.</summary>
    /// <exception cref="NodeException">There is no such receipt, or the log's write-ahead segment may still hold it: nothing was deleted.</exception>
    public void Forget(string recordId)
    {
        var kept = Vault.Find(recordId);
        if (kept is null && !opened.Sink.IsPromised(recordId))
            throw new NodeException(NodeFault.NotFound, "there is no such receipt here");
        if (kept is null || kept.Index >= opened.FirstIndex)
            throw new NodeException(NodeFault.Unavailable, "the log's write-ahead segment still holds this receipt, which is from this run of the node: stop the node, then forget it");
        // A segment that was dropped before a crash could come back with what it held.
        new PosixLogFiles(Folder.Log).FlushDirectory(LogLayout.Segments);
        Vault.Forget(recordId);
        Proofs.Forget(recordId);
    }

    /// <summary>Reads something off the folded log, brought up to the newest checkpoint.</summary>
    public T Look<T>(Func<LogState, T> look) => folded.Look(log.Reader, (state, _) => look(state));

    /// <summary>Introduces a new serving key for a model; once that is in the log, the next receipt is signed with it.</summary>
    public async Task<(Hash KeyId, EventFile? Waiting)> IntroduceKeyAsync(StoredModel model)
    {
        opened.Witnessed.ThrowIfHalted();
        var segment = new Segment(Service, model.Digest, model.IsLanguage ? LanguageEngine.Profile : LocalEngine.ProfileOf(Load(model).Graph), options.Region);
        if (!roots.Suffice)
        {
            var step = serving.Prepare(segment, Look(s => s.Size));
            return (step.KeyId, (await events.ProposeAsync(step)).Waiting);
        }
        await PublishAsync(model);
        using var turn = await queue.TakeAsync();
        return (await serving.IntroduceAsync(segment, turn), null);
    }

    /// <summary>Signs an event with the root keys on this machine and appends it; in the tree when this returns.</summary>
    /// <exception cref="NodeException">Too few keys are here, or the event may not follow what the log holds: nothing was appended.</exception>
    public Task<ulong> AppendEventAsync(LogEvent step)
    {
        opened.Witnessed.ThrowIfHalted();
        return events.AppendAsync(step);
    }

    /// <summary>Appends an event, or, where too few root keys are here, gives it back to be signed elsewhere.</summary>
    /// <exception cref="NodeException">The event may not follow what the log holds: nothing was appended.</exception>
    public Task<EventOutcome> ProposeAsync(LogEvent step)
    {
        opened.Witnessed.ThrowIfHalted();
        return events.ProposeAsync(step);
    }

    /// <summary>Appends an event that was signed elsewhere; in the tree when this returns.</summary>
    /// <exception cref="NodeException">Too few signatures, a wrong one, or the event may not follow what the log holds: nothing was appended.</exception>
    public Task<ulong> SubmitAsync(EventFile file)
    {
        opened.Witnessed.ThrowIfHalted();
        return events.SubmitAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Whatever was under way is logged, or told to be void when the node starts again.
            language.Dispose();
            Relays.Dispose();
            await Proofs.DisposeAsync();
            await Accounts.DisposeAsync();
            await Market.DisposeAsync();
            await Index.SettleAsync();
        }
        finally
        {
            // An epoch that failed is told, and keeps neither the log nor its lock open.
            tickets.Close();
            Audits.Dispose();
            await opened.DisposeAsync();
            serving.Dispose();
            engine.Dispose();
            publishing.Dispose();
            queue.Dispose();
        }
    }

    // Called with the log's turn. A key that was in use before it was replaced has no receipt on its way: only an event leads
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
            var step = EventOf(model);
            if (!IsPublished(step))
                await (roots.Suffice
                    ? AppendEventAsync(step)
                    : throw roots.Missing($"publish {model.Reference}: `assay import` says what to do"));
            published[(model.Reference, model.Digest)] = true;
        }
        finally
        {
            publishing.Release();
        }
    }

    private ModelEvent EventOf(StoredModel model) =>
        new(Origin, model.Name, model.Version, model.Digest, model.Format, model.Graph, model.Files) { ProofModel = Proofs.IdOf(model) };

    private bool IsPublished(ModelEvent step) => Look(s => s.Models.Any(m => m.Event.Equals(step)));
}
