using System.Globalization;
using System.Text;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Hammer;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

// Appends to a log as fast as it may until it is killed: the victim of the crash tests.
//   DIRECTORY SEED SUBMITTERS
// For each acknowledged entry, one line on standard output: index, leaf hash, digest of the attachment or -, promise in base64, path of
// the leaf in the promised batch (hashes in hex, with commas between; - if it is empty).
// Exit code 3: the log is locked by another process, which standard error names.
//   handles DIRECTORY
// Uses up all file handles under a running log instead; see OutOfHandles.
//   grow DIRECTORY SIZE
// Makes a log of so many entries and prints its verifier key.
//   leave
// Ends while its threads sign.
if (args is ["leave"])
    return Leave.Run();
if (args is ["grow", var place, var count])
    return await Grow.RunAsync(place, ulong.Parse(count, CultureInfo.InvariantCulture));
if (args is ["handles", var folder])
    return await OutOfHandles.RunAsync(folder);
if (args is not [var directory, var seedText, var submittersText])
    return 2;
var seed = int.Parse(seedText, CultureInfo.InvariantCulture);
var submitters = int.Parse(submittersText, CultureInfo.InvariantCulture);
var files = new PosixLogFiles(directory);
var options = new TileLogOptions
{
    IntegrateInterval = TimeSpan.FromMilliseconds(5 + seed % 40),
    SegmentBytes = 20_000 + seed % 7 * 30_000,
    Attachments = new DirectorySink(Victim.AttachmentsOf(directory)),
};
TileLog log;
try
{
    log = files.Length(LogLayout.SignedCheckpoint) is null
        ? TileLog.Create(files, Victim.Origin, Victim.Key, Victim.Genesis, options)
        : TileLog.Open(files, Victim.Origin, Victim.Key, options);
}
catch (LogLockedException e)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}
using var output = Console.OpenStandardOutput();
await Task.WhenAll(Enumerable.Range(0, submitters).Select(i => Task.Run(() => Submit(new Random(seed * 1000 + i)))));
return 1;

async Task Submit(Random random)
{
    while (true)
    {
        var entry = new byte[random.Next(600)];
        random.NextBytes(entry);
        var attachment = random.Next(20) == 0 ? new byte[random.Next(1, 5000)] : [];
        random.NextBytes(attachment);
        var appended = await log.AppendAsync(entry, attachment);
        var promise = Base64.Write(Encoding.UTF8.GetBytes(appended.Promise.ToString()));
        var path = appended.BatchPath is { Length: > 0 } hashes ? string.Join(',', hashes.Select(h => h.ToHex())) : "-";
        var line = $"{appended.Index} {appended.LeafHash.ToHex()} {(attachment.Length == 0 ? "-" : Sha256.Of(attachment).ToHex())} {promise} {path}\n";
        lock (output)
            output.Write(Encoding.ASCII.GetBytes(line));
    }
}
