using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Tests.Witnessing;

/// <summary>Fsck of a log with three witnesses, by someone who knows them.</summary>
public sealed class CosignedFsckTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly WitnessNet net = new(3);

    public async ValueTask InitializeAsync()
    {
        await using var log = TestLogs.Create(Files);
        await using var cosigner = Cosigner.Start(log, Files, TestLogs.VerifierKey, net.Policy(3), net.Options);
        await log.GrowTo(3);
        await cosigner.WaitForAsync(2).WaitAsync(TimeSpan.FromMinutes(1));
    }

    public ValueTask DisposeAsync()
    {
        net.Dispose();
        directory.Dispose();
        return ValueTask.CompletedTask;
    }

    // A quorum of two is there without the third, whose line is checked all the same.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_changed_bit_in_any_byte_of_the_cosigned_checkpoint_is_found(int quorum)
    {
        var sound = Stored;
        Assert.True(Check(net.Policy(quorum)).IsClean);
        for (var bit = 0; bit < sound.Length * 8; bit += 7)
        {
            var damaged = sound.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Stored = damaged;
            var findings = Check(net.Policy(quorum)).Findings;
            Assert.True(findings.Count > 0, $"bit {bit} changed and was not found");
            Assert.All(findings, f => Assert.Equal(LogLayout.CosignedCheckpoint, f.Path));
        }
    }

    [Fact]
    public void Fewer_lines_than_a_quorum_are_a_finding()
    {
        var note = SignedNote.Parse(Stored);
        Stored = System.Text.Encoding.UTF8.GetBytes((note with { Signatures = [.. note.Signatures.Take(3)] }).ToString());
        Assert.True(Check(net.Policy(2)).IsClean);
        Assert.Contains("no quorum", Assert.Single(Check(net.Policy(3)).Findings).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_checked_is_said()
    {
        var without = Check(null);
        Assert.True(without.IsClean);
        Assert.Contains("cosignatures were not checked", Assert.Single(without.Notes), StringComparison.Ordinal);
        Assert.Empty(Check(net.Policy(3)).Notes);
        var note = SignedNote.Parse(Stored);
        Stored = System.Text.Encoding.UTF8.GetBytes((note with { Signatures = [.. note.Signatures, new NoteSignature("stranger.test", 7, new byte[72])] }).ToString());
        var stranger = Check(net.Policy(3));
        Assert.True(stranger.IsClean);
        Assert.Contains("stranger.test", Assert.Single(stranger.Notes), StringComparison.Ordinal);
    }

    private PosixLogFiles Files => new(directory.Path);

    private byte[] Stored
    {
        get => File.ReadAllBytes(Path.Combine(directory.Path, LogLayout.CosignedCheckpoint));
        set => File.WriteAllBytes(Path.Combine(directory.Path, LogLayout.CosignedCheckpoint), value);
    }

    private FsckReport Check(TlogPolicy? witnesses) => Fsck.Run(Files, TestLogs.VerifierKey, witnesses: witnesses);
}
