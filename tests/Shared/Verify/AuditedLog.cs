using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests;

/// <summary>A log in memory with the keys of its operator: a provider's or an auditor's. Keys are SHA-256 of the origin and a word.</summary>
internal sealed class AuditedLog
{
    public static readonly EngineClaim Engine = new("assay", "1", "build");

    /// <param name="keysOf">Another log whose keys this one has.</param>
    public AuditedLog(string origin, ulong maxLease = 1 << 20, AuditedLog? keysOf = null)
    {
        Origin = origin;
        (Root, LogKey) = ((keysOf ?? this).KeyOf("root"), (keysOf ?? this).KeyOf("log"));
        Add(new GenesisEvent(
            origin, RootSet.Of(Root.PublicKey), VerifierKey.Create(origin, NoteSignatureType.Ed25519, LogKey.PublicKey), maxLease, 60, "tester",
            DateTimeOffset.UnixEpoch));
    }

    public string Origin { get; }

    public SigningKey Root { get; }

    public SigningKey LogKey { get; }

    public LogState State { get; } = new();

    /// <summary>Of the same entries, keeping little.</summary>
    public LogProgress Progress { get; } = new();

    /// <summary>All open entries at their places.</summary>
    public List<(ulong Index, LogEvent Event, byte[] Entry)> Events { get; } = [];

    /// <summary>All entries.</summary>
    public List<byte[]> Entries { get; } = [];

    public AuditorId Id => new(Origin, LogKey.PublicKey);

    public SigningKey KeyOf(string word) => SigningKey.FromSeed(Word($"{Origin} {word}").Bytes);

    public static Hash Word(string word) => Sha256.Of(System.Text.Encoding.UTF8.GetBytes($"test: {word}"));

    /// <returns>Its index.</returns>
    public ulong Add(LogEvent step)
    {
        var entry = step.ToEntry(step.SignedByLogKey ? LogKey : Root);
        State.Apply(entry);
        Progress.Apply(entry);
        Events.Add((State.Size - 1, step, entry));
        Entries.Add(entry);
        return State.Size - 1;
    }

    public SigningKey Introduce(string word, Segment segment, ulong lease = 1 << 19)
    {
        var key = KeyOf(word);
        Add(KeyEvent.Introduce(Origin, key.PublicKey, segment, State.Size + lease));
        return key;
    }

    /// <summary>Sealed entries whose signatures nobody has made: the fold does not look at them.</summary>
    public void Serve(SigningKey key, int records)
    {
        for (; records > 0; records--)
        {
            var entry = new SealedEntry(State.Keys[key.PublicKey.Id].Receipts, default, key.PublicKey.Id, KeyAlgorithm.Ed25519, new byte[64]).ToBytes();
            State.Apply(entry);
            Progress.Apply(entry);
            Entries.Add(entry);
        }
    }

    /// <summary>An array: open entries as their text, runs of sealed ones, which nobody signed, as [key id, how many] (docs/spec/vectors/README.md).</summary>
    public void Write(System.Text.Json.Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (var i = 0; i < Entries.Count;)
        {
            if (OpenEntry.KindOf(Entries[i]) == EntryKind.Open)
            {
                json.WriteStringValue(Entries[i++]);
                continue;
            }
            var (first, keyId) = (i, SealedEntry.Parse(Entries[i]).KeyId);
            while (i < Entries.Count && OpenEntry.KindOf(Entries[i]) == EntryKind.Sealed && SealedEntry.Parse(Entries[i]).KeyId == keyId)
                i++;
            json.WriteStartArray();
            json.WriteStringValue(keyId.ToHex());
            json.WriteNumberValue(i - first);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>Another log's auditor commits in this one, under a secret that its name and the epoch give.</summary>
    public ulong Commit(AuditedLog auditor, SigningKey key, ulong epoch, uint rate) =>
        Add(AuditSeedEvent.Sign(Origin, key.PublicKey.Id, epoch, auditor.Origin, auditor.LogKey, rate, SecretOf(auditor, epoch)));

    public static Hash SecretOf(AuditedLog auditor, ulong epoch) => Word($"{auditor.Origin} secret {epoch}");

    /// <summary>What this auditor's draw from an ended epoch must be, with all secrets but those of the auditors left out.</summary>
    public AuditDrawEvent DrawOf(AuditedLog provider, SigningKey key, ulong epoch, IEnumerable<AuditedLog> auditors, params AuditedLog[] leftOut)
    {
        var ended = provider.State.EpochOf(key.PublicKey.Id, epoch) ?? throw new InvalidOperationException("the epoch has not ended");
        var seeds = provider.State.SeedsOf(key.PublicKey.Id, epoch);
        var own = seeds.Single(s => s.Event.Auditor.Origin == Origin);
        var missing = seeds.Where(s => leftOut.Any(a => a.Origin == s.Event.Auditor.Origin)).ToArray();
        var draw = new AuditDrawEvent(
            Origin, provider.Origin, key.PublicKey.Id, ended, provider.State.RootAt(ended.Size), own.Index, own.Event.Rate,
            [.. seeds.Except(missing).Select(s => new RevealedSeed(s.Index, SecretOf(auditors.Single(a => a.Origin == s.Event.Auditor.Origin), epoch)))],
            [.. missing.Select(m => m.Index)], 0);
        return draw with { Drawn = (ulong)draw.Order().Length };
    }

    /// <summary>Verdicts of a draw, judged by a function of the record's sequence.</summary>
    public void Judge(ulong draw, int first, int count, Func<ulong, char> judge)
    {
        var order = ((AuditDrawEvent)Events.Single(e => e.Index == draw).Event).Order();
        Add(Verdicts(draw, first, string.Concat(order.Skip(first).Take(count).Select(judge))));
    }

    public AuditVerdictsEvent Verdicts(ulong draw, int first, string letters) => new(
        Origin, AuditLane.Traffic, draw, (ulong)first, letters, [], Engine, letters.Any(VerdictLetters.WasRun) ? Word("work") : null,
        [.. Divergences(first, letters)]);

    public static IEnumerable<Divergence> Divergences(int first, string letters) =>
        letters.Index().Where(l => l.Item == VerdictLetters.Diverged).Select(l => new Divergence((ulong)(first + l.Index), Word($"bundle {first + l.Index}"), 3));
}
