using System.Globalization;
using System.Text;
using Assay.Verify.Statements;

namespace Assay.Node.Keys;

/// <summary>What an event says, in words: whoever holds a root key reads this before signing.</summary>
public static class EventText
{
    /// <summary>A first line that says what would be done, then one for each fact.</summary>
    public static IEnumerable<string> Lines(LogEvent step) => step switch
    {
        GenesisEvent genesis => Genesis(genesis),
        KeyEvent key => Key(key).Append($"  log       {Shown(key.Origin)}"),
        ModelEvent model => Model(model),
        EpochEvent epoch => [$"epoch: what the first {epoch.Size} entries say of {epoch.Keys} serving keys", $"  log       {Shown(epoch.Origin)}"],
        OwnerEvent owner =>
        [
            $"change of owner: the root keys are {Shown(owner.Owner)}'s from here on, and no account goes with them", $"  log       {Shown(owner.Origin)}",
        ],
        AuditTermsEvent terms =>
        [
            $"audit terms: epochs of {terms.EpochRecords} records for keys introduced from here on", $"  opening   of drawn records within {terms.OpeningSeconds} s",
            $"  log       {Shown(terms.Origin)}",
        ],
        { SignedByLogKey: true } => ["an entry that the log key signs, not roots", $"  log       {Shown(step.Origin)}"],
        _ => throw new InvalidOperationException($"an event of type {step.GetType().Name} that nobody describes"),
    };

    private static IEnumerable<string> Genesis(GenesisEvent genesis) =>
    [
        $"begin the log {Shown(genesis.Origin)}",
        $"  node      {Shown(genesis.Node)}, {genesis.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC",
        $"  threshold {genesis.Roots.Threshold} of {genesis.Roots.Keys.Length} root keys sign each event",
        .. genesis.Roots.Keys.Select(key => $"  root      {key}  {key.Id.ToHex()}"),
        $"  log key   {Shown(genesis.LogKey.ToString())}",
        $"  limits    leases of at most {genesis.MaxLease} entries, promises kept within {genesis.PromiseSeconds} s",
    ];

    private static IEnumerable<string> Key(KeyEvent key) => key.Action switch
    {
        KeyAction.Introduce =>
        [
            $"introduce the serving key {key.Key}, to sign receipts up to index {key.Until}",
            $"  key       {key.KeyId.ToHex()}",
            $"  model     sha256:{key.Segment!.Model.ToHex()}",
            $"  runs as   service {Shown(key.Segment.Service)}, profile {Shown(key.Segment.Profile)}, region {Shown(key.Segment.Region)}",
        ],
        KeyAction.Renew => [$"renew the lease of a serving key, up to index {key.Until}", $"  key       {key.KeyId.ToHex()}"],
        KeyAction.Retire => ["retire a serving key: its receipts so far stay good", $"  key       {key.KeyId.ToHex()}"],
        _ => [$"declare a serving key compromised: nothing of its is to be trusted from index {key.From} on", $"  key       {key.KeyId.ToHex()}"],
    };

    private static IEnumerable<string> Model(ModelEvent model) =>
    [
        $"publish the model {Shown(model.Name)}@{Shown(model.Version)} ({Shown(model.Format)})",
        $"  digest    sha256:{model.Manifest.ToHex()}",
        $"  graph     sha256:{model.Graph.ToHex()}",
        .. model.ProofModel is { } committed ? [$"  proofs    committed as {committed.ToHex()}: runs can be proved, and proofs tell the weights"] : Array.Empty<string>(),
        .. model.Files.Take(20).Select(file => $"  file      {Shown(file.Name)}  sha256:{file.Sha256.ToHex()}  {file.Size} bytes"),
        .. model.Files.Length > 20 ? [$"  file      and {model.Files.Length - 20} more"] : Array.Empty<string>(),
        $"  log       {Shown(model.Origin)}",
    ];

    // Labels are the other side's: what shows nothing or turns the writing round must not hide what is signed.
    private static string Shown(string text) => string.Concat(text.EnumerateRunes().Select(r => Rune.GetUnicodeCategory(r) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned ? "?" : r.ToString()));
}
