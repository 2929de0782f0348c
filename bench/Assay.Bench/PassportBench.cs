using System.Diagnostics;
using System.Text;
using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Bench;

/// <summary>Passports: what verifying one costs, signatures and all, and what a router pays for a certificate. One thread.</summary>
internal static class PassportBench
{
    private const int Epochs = 10_000;
    private const int Records = 100;
    private const int Steps = 100;

    private static readonly Segment Segment = new("bench", Word("model"), "profile", "here");

    public static IEnumerable<Row> Rows(int runs)
    {
        var (passport, certificate, policy) = Make();
        using var written = new MemoryStream();
        passport.Write(written);
        var file = written.ToArray();
        var (seconds, checks) = (new List<double>(), new List<double>());
        // Ten thousand epochs are ten thousand epochs: few runs show it.
        for (var run = 0; run < Math.Min(runs, 3); run++)
        {
            var start = Stopwatch.GetTimestamp();
            if (!PassportVerifier.Verify(file, policy).Accepted)
                throw new InvalidOperationException("the passport does not verify");
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        for (var run = -1; run < runs; run++) // run -1 warms up
        {
            const int Times = 200;
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Times; i++)
                _ = CertificateFile.Parse(certificate).Check(policy.Log);
            if (run >= 0)
                checks.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Times);
        }
        yield return Row.Of("passport-verify, 10,000 epochs", "s", Row.Lower, seconds) with { Threads = 1 };
        yield return Row.Of("passport-bytes, 10,000 epochs", "MB", Row.Lower, [file.Length / 1e6]);
        yield return Row.Of("certificate-check", "us", Row.Lower, checks) with { Threads = 1 };
    }

    private static (Passport, byte[] Certificate, Policy) Make()
    {
        var (provider, auditor, folder) = (new Log("provider.bench/log"), new Log("auditor.bench/log"), new Log("folder.bench/log"));
        var serving = SigningKey.FromSeed(Word("serving").Bytes);
        provider.Add(new AuditTermsEvent(provider.Origin, Records, 3600));
        provider.Add(KeyEvent.Introduce(provider.Origin, serving.PublicKey, Segment, 1 << 29));
        var id = new AccountId(provider.State.Genesis!.Roots.Id, Segment.Service, "replay");
        var state = new AccountState(id);
        var book = new AuditBook(auditor.State.Genesis!, provider.Origin, state);
        var fold = new AccountFold(Segment.Service, provider.State, [book], state);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var own = provider.State.Size;
            provider.Add(AuditSeedEvent.Sign(provider.Origin, serving.PublicKey.Id, (ulong)epoch, auditor.Origin, auditor.Key, 100_000, Word($"{epoch}")));
            for (var i = 0; i < Records; i++)
                provider.Append(new SealedEntry((ulong)(epoch * Records + i), default, serving.PublicKey.Id, KeyAlgorithm.Ed25519, new byte[64]).ToBytes());
            var ended = provider.State.EpochOf(serving.PublicKey.Id, (ulong)epoch)!.Value;
            var draw = new AuditDrawEvent(
                auditor.Origin, provider.Origin, serving.PublicKey.Id, ended, provider.State.RootAt(ended.Size), own, 100_000, [new RevealedSeed(own, Word($"{epoch}"))], [], 0);
            draw = draw with { Drawn = (ulong)draw.Order().Length };
            Tell(draw);
            if (draw.Drawn > 0)
                Tell(new AuditVerdictsEvent(
                    auditor.Origin, AuditLane.Traffic, auditor.State.Size - 1, 0, new string('r', (int)draw.Drawn), [], new EngineClaim("assay", "1", "b"), Word("work"), []));
            if ((epoch + 1) % (Epochs / Steps) == 0)
                folder.Add(fold.Step((ulong)epoch, [new LogSize(auditor.Origin, auditor.State.Size, auditor.State.RootAt(auditor.State.Size))], folder.Origin));
        }
        provider.Add(provider.State.IndexAt(provider.State.Size).ToEvent(provider.Origin));
        var text = $"log {provider.State.Genesis.LogKey}\nlog {auditor.State.Genesis!.LogKey}\nlog {folder.State.Genesis!.LogKey}\nquorum none\n";
        var policy = Policy.ForLog("bench", provider.State.Genesis.LogKey, provider.State.Genesis.Roots) with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
        var last = folder.State.Size - 1;
        var certificate = new CertificateFile(id, folder.Last, new TlogProof(null, last, [.. MerkleTree.InclusionPath((int)last, folder.Leaves)], folder.Note), state.ToBytes());
        return (PassportMaker.Make(id.Digest(), folder, [provider, auditor]), certificate.ToBytes(), policy);

        void Tell(LogEvent step)
        {
            book.Apply(auditor.State.Size, step);
            auditor.Add(step);
        }
    }

    private static Hash Word(string word) => Sha256.Of(Encoding.UTF8.GetBytes($"bench: {word}"));

    private sealed class Log : ILoggedTree
    {
        private readonly List<byte[]> entries = [];
        private readonly List<Hash> leaves = [];
        private readonly SigningKey root;

        public Log(string origin)
        {
            (Origin, root, Key) = (origin, SigningKey.FromSeed(Word($"{origin} root").Bytes), SigningKey.FromSeed(Word($"{origin} log").Bytes));
            Add(new GenesisEvent(
                origin, RootSet.Of(root.PublicKey), VerifierKey.Create(origin, NoteSignatureType.Ed25519, Key.PublicKey), 1 << 30, 60, "bench", DateTimeOffset.UnixEpoch));
        }

        public string Origin { get; }

        public SigningKey Key { get; }

        public LogState State { get; } = new();

        public byte[] Last => entries[^1];

        public ReadOnlySpan<Hash> Leaves => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(leaves);

        public SignedNote Note => new Checkpoint(Origin, State.Size, State.RootAt(State.Size)).Sign(Key);

        public ulong Size => State.Size;

        public IEnumerable<ReadOnlyMemory<byte>> Entries() => entries.Select(e => (ReadOnlyMemory<byte>)e);

        public Hash Node(int height, ulong index) => MerkleTree.Head(Leaves.Slice((int)(index << height), 1 << height));

        public void Add(LogEvent step) => Append(step.ToEntry(step.SignedByLogKey ? Key : root));

        public void Append(byte[] entry)
        {
            State.Apply(entry);
            entries.Add(entry);
            leaves.Add(MerkleTree.LeafHash(entry));
        }
    }
}
