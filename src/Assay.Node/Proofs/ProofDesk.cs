using Assay.Engine.Models;
using Assay.Log.Files;
using Assay.Proofs.Files;
using Assay.Prover;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;

namespace Assay.Node.Proofs;

/// <summary>Makes proofs of receipts: one at a time, in the background, a bounded number of them waiting.</summary>
/// <remarks>What is asked for and not made when the node stops is lost, and says so: nobody's processor is taken by what somebody wanted before.</remarks>
public sealed class ProofDesk : IAsyncDisposable
{
    // Of those that failed: why. The oldest are forgotten.
    private const int MostFailures = 256;

    private readonly int mostWaiting;
    private readonly IModelProver prover;
    private readonly IProofVerifier verifier;
    private readonly ModelStore models;
    private readonly ProofShelf shelf;
    private readonly Func<StoredModel, Graph> load;
    private readonly Lock gate = new();
    private readonly List<Job> jobs = [];
    private readonly Dictionary<string, string> failures = [];
    private readonly Queue<string> failed = [];
    private readonly HashSet<string> lost;
    private Task worker = Task.CompletedTask;
    private bool closing;

    internal ProofDesk(NodeOptions options, DataFolder folder, ModelStore models, Func<StoredModel, Graph> load)
    {
        (mostWaiting, prover, verifier, this.models, this.load) = (options.ProofsWaiting, options.Prover, options.Proofs, models, load);
        Weights = new WeightProofs(options.Prover, models, load);
        shelf = new ProofShelf(folder.Proofs);
        lost = [.. shelf.Open()];
    }

    /// <summary>Whether callers may ask for proofs.</summary>
    public bool IsOpen => mostWaiting > 0;

    /// <summary>The proofs about models' weights.</summary>
    public WeightProofs Weights { get; }

    /// <summary>Commits to a model; the file is kept beside it.</summary>
    /// <exception cref="ModelException">It cannot be proved.</exception>
    public ModelCommitment Commit(StoredModel model, CancellationToken cancel = default)
    {
        var commitment = prover.Commit(load(model), model.Digest, cancel);
        models.KeepCommitment(model, commitment.File);
        return commitment;
    }

    /// <inheritdoc cref="IdOf(ModelStore, StoredModel)"/>
    public Hash? IdOf(StoredModel model) => IdOf(models, model);

    /// <summary>Id of a model as it was committed, or null where it was not.</summary>
    /// <exception cref="StoreException">What is kept of it is damaged.</exception>
    public static Hash? IdOf(ModelStore models, StoredModel model)
    {
        try
        {
            return models.CommitmentOf(model) is { } file ? Hash.From(CommittedModel.Read(file).Id) : null;
        }
        catch (MalformedException e)
        {
            throw new StoreException(StoreFault.Corrupt, $"what the store has of {model.Reference}'s commitment is damaged ({e.Message}): `assay commit {model.Reference}` makes it again");
        }
    }

    /// <summary>Makes the proof of a bundle here and now.</summary>
    /// <exception cref="NodeException">There can be none for this receipt: why is in the message.</exception>
    /// <exception cref="ModelException">The model is not what was committed to, or does not give that output.</exception>
    public Bundle Prove(Bundle bundle, Action<string>? progress = null, CancellationToken cancel = default) =>
        bundle with { Evidence = Prove(ProofTask.Of(bundle, models), progress, cancel) };

    /// <summary>A receipt's bundle with its proof, where there is one, and with the one about its model's weights, where there is that too.</summary>
    public Bundle Complete(string recordId, Bundle bundle) => shelf.Find(recordId) is { } evidence ? Weights.AddTo(bundle with { Evidence = evidence }) : bundle;

    /// <summary>Keeps the proof that was made of one of this node's receipts: it comes with its bundle from then on.</summary>
    public void Keep(string recordId, ProofEvidence evidence)
    {
        lock (gate)
            shelf.Put(recordId, evidence);
    }

    /// <summary>Asks for a receipt's proof. Where it is there, or asked for already, nothing changes.</summary>
    /// <exception cref="NodeException">There can be none, too many wait, or this node makes none for callers.</exception>
    public ProofState Ask(string recordId, Bundle bundle)
    {
        var task = ProofTask.Of(bundle, models);
        lock (gate)
        {
            if (StateOf(recordId) is { Stage: ProofStage.Waiting or ProofStage.Proving or ProofStage.Ready } there)
                return there;
            ObjectDisposedException.ThrowIf(closing, this);
            if (!IsOpen)
                throw new NodeException(NodeFault.Forbidden, "this node makes no proofs for its callers");
            if (jobs.Count > mostWaiting)
                throw new NodeException(NodeFault.Unavailable, $"{mostWaiting} proofs wait already: ask again when some are made");
            shelf.Note(recordId);
            lost.Remove(recordId);
            failures.Remove(recordId);
            jobs.Add(new Job(recordId, task));
            if (jobs.Count == 1)
                worker = Task.Run(Work);
            return StateOf(recordId);
        }
    }

    public ProofState StateOf(string recordId)
    {
        lock (gate)
        {
            if (At(recordId) is >= 0 and var ahead)
                return ahead == 0 ? new(ProofStage.Proving, Detail: jobs[0].Doing) : new(ProofStage.Waiting, ahead);
            if (shelf.Size(recordId) is { } bytes)
                return new(ProofStage.Ready, Bytes: bytes);
            return failures.TryGetValue(recordId, out var why) ? new(ProofStage.Failed, Detail: why)
                : lost.Contains(recordId) ? new(ProofStage.Lost, Detail: $"the node stopped before it was made{(IsOpen ? ": ask again" : "")}")
                : new(ProofStage.None);
        }
    }

    /// <summary>Gives up one that waits or is being made. One that is there stays.</summary>
    public ProofState Cancel(string recordId)
    {
        lock (gate)
        {
            if (At(recordId) is >= 0 and var at)
            {
                jobs[at].Stop.Cancel();
                // The one that is being made leaves the list when its work has ended; who asks again meanwhile waits behind it.
                if (at > 0)
                    jobs.RemoveAt(at);
            }
            lost.Remove(recordId);
            failures.Remove(recordId);
            shelf.Unnote(recordId);
            return StateOf(recordId);
        }
    }

    /// <summary>Deletes a receipt's proof, with whatever was asked for.</summary>
    public void Forget(string recordId)
    {
        Cancel(recordId);
        shelf.Delete(recordId);
    }

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            closing = true;
            jobs.ForEach(j => j.Stop.Cancel());
        }
        await worker;
    }

    private void Work()
    {
        while (true)
        {
            Job job;
            lock (gate)
            {
                if (closing || jobs.Count == 0)
                    return;
                job = jobs[0];
            }
            var why = Make(job);
            lock (gate)
            {
                jobs.RemoveAt(0);
                // What the node itself gave up is still asked for, and what somebody gave up may have been asked for again.
                if (why is not null && !job.Stop.IsCancellationRequested)
                    Fail(job.RecordId, why);
                if (jobs.Count == 0)
                    return;
            }
        }
    }

    /// <returns>Null where it was made, else why not.</returns>
    private string? Make(Job job)
    {
        try
        {
            job.Stop.Token.ThrowIfCancellationRequested();
            var evidence = Prove(job.Task, doing => job.Doing = doing, job.Stop.Token);
            lock (gate)
            {
                job.Stop.Token.ThrowIfCancellationRequested();
                shelf.Put(job.RecordId, evidence);
            }
            return null;
        }
#pragma warning disable CA1031 // Whatever it was, the next one has its turn, and whoever asked is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Whoever may ask reads it: nothing of this machine's paths.
            return e switch
            {
                ModelException or NodeException or StoreException or MalformedException or OperationCanceledException => e.Message,
                IOException when DiskErrors.IsFull(e) => "the node's disk is full",
                IOException or UnauthorizedAccessException => "the node could not read the model or keep the proof",
                OutOfMemoryException => "the node has not enough memory for this",
                _ => $"an internal error, which is a bug: {e.GetType().Name}",
            };
        }
    }

    private ProofEvidence Prove(ProofTask task, Action<string>? progress, CancellationToken cancel)
    {
        progress?.Invoke("reading the model");
        var evidence = new ProofEvidence(prover.Prove(load(task.Model), task.Commitment, task.Run, progress, cancel), task.Commitment);
        progress?.Invoke("checking the proof");
        var verdict = verifier.Verify(evidence, task.Run);
        if (!verdict.Holds)
            throw new NodeException(NodeFault.Unavailable, $"the proof that was made does not hold, which is a bug: {verdict.Detail}");
        return evidence.Proof.Length + (long)evidence.Commitment.Length <= WeightProofs.Room(task.Bundle)
            ? evidence
            : throw new NodeException(NodeFault.BadRequest, "with the proof the receipt's bundle would be too large");
    }

    private int At(string recordId) => jobs.FindIndex(j => j.RecordId == recordId && !j.Stop.IsCancellationRequested);

    private void Fail(string recordId, string why)
    {
        try
        {
            shelf.Unnote(recordId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the next start says that it was lost, which is near enough; the next in the queue has its turn.
        }
        if (failures.TryAdd(recordId, why))
            failed.Enqueue(recordId);
        if (failed.Count > MostFailures)
            failures.Remove(failed.Dequeue());
    }

    private sealed record Job(string RecordId, ProofTask Task)
    {
        public CancellationTokenSource Stop { get; } = new();

        public volatile string Doing = "beginning";
    }
}
