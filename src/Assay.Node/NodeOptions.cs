using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Node.Audits;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Providers.Relay;
using Assay.Proofs.Files;
using Assay.Prover;
using Assay.Prover.Models;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Node;

/// <summary>How a node runs.</summary>
public sealed record NodeOptions
{
    /// <summary>The operator's name for itself, in genesis and receipts.</summary>
    public string Name { get; init; } = "local";

    /// <summary>What the operator says of where it runs: a word, not evidence.</summary>
    public string Region { get; init; } = "local";

    /// <summary>The most log entries that one lease of a serving key covers.</summary>
    public ulong MaxLease { get; init; } = 1 << 20;

    public TimeSpan PromiseWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Of the serving keys that are made from now on.</summary>
    public KeyAlgorithm ServingKeyAlgorithm { get; init; } = KeyAlgorithm.Ed25519;

    /// <summary>After so many receipts the log commits to an index of all its keys and their records.</summary>
    public ulong EpochEvery { get; init; } = 1024;

    /// <summary>Indexers to put into the node's policy, beside those that are in it.</summary>
    public ImmutableArray<VerifierKey> Indexers { get; init; } = [];

    /// <summary>Sets who witnesses the log, for this and later starts: a tlog-policy with the witnesses' URLs, empty for nobody. Null leaves it as it is.</summary>
    public string? Witnesses { get; init; }

    /// <summary>Sets who may audit, for this and later starts; null leaves it as it is.</summary>
    public AuditorList? Auditors { get; init; }

    /// <summary>How the witnesses are asked.</summary>
    public CosignerOptions Cosigner { get; init; } = new();

    /// <summary>How long a bundle is waited for until a quorum has cosigned its checkpoint.</summary>
    public TimeSpan CosignWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a serving node looks at the logs of the accounts that it keeps; zero for never.</summary>
    public TimeSpan AccountsEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Proofs that callers may have waiting behind the one that is being made; 0 for a node that proves for nobody who calls it.</summary>
    public int ProofsWaiting { get; init; } = 16;

    /// <summary>How often a serving node's market looks whether something is due; zero for never.</summary>
    public TimeSpan MarketEvery { get; init; } = TimeSpan.FromSeconds(10);

    public SessionOptions Engine { get; init; } = new();

    /// <summary>How long one run of a model may take; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it likes. It holds in place of the engine's own limit.</summary>
    public TimeSpan RunTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a caller may leave what it was sent of a stream unread; then its answer is broken off.</summary>
    public TimeSpan ReadWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After so long without a token a stream says that the answer is still being made.</summary>
    public TimeSpan StreamSilence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The files of the log in that folder.</summary>
    internal Func<string, ILogFiles> LogFiles { get; init; } = folder => new PosixLogFiles(folder);

    /// <summary>How a tensor model is run. Tests play dishonest operators with it, and with <see cref="Withholds"/>.</summary>
    internal Func<IProvider, Invocation, CancellationToken, Task<Run>> Runs { get; init; } = (engine, invocation, cancel) => engine.InvokeAsync(invocation, cancel);

    /// <summary>Receipts that auditors are told are gone.</summary>
    internal Predicate<KeptReceipt> Withholds { get; init; } = _ => false;

    /// <summary>How language models run.</summary>
    public LanguageEngineOptions Language { get; init; } = new();

    /// <summary>How long, and how much, an upstream may send.</summary>
    public RelayOptions Relay { get; init; } = new();

    /// <summary>Makes proofs.</summary>
    public IModelProver Prover { get; init; } = new ModelProver();

    /// <summary>Checks them.</summary>
    public IProofVerifier Proofs { get; init; } = new EvidenceVerifier();

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
