using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Notes;

namespace Assay.Reliability.Tests.Passports;

public class CertificateTests
{
    [Fact]
    public void A_certificate_says_what_the_state_gives_for_whoever_trusts_the_folder()
    {
        var folded = Folded.Small();
        var file = CertificateFile.Parse(folded.Certificate().ToBytes());
        var state = folded.Audited.Fold.State;
        var certificate = Assert.Single(file.Check(folded.Policy().Log));
        Assert.Equal(AccountCertificate.Of(state, 0), certificate);
        Assert.True(certificate.Proves(999_999, state.Time));
        Assert.False(certificate.Proves(999_999, certificate.Expires));
        var without = folded.Policy().Log;
        Assert.Throws<MalformedException>(() => file.Check(without with { Logs = without.Logs.RemoveAt(0) }));
    }

    [Fact]
    public void Whatever_is_changed_in_a_certificate_is_refused()
    {
        var folded = Folded.Small();
        var (good, policy, random) = (folded.Certificate().ToBytes(), folded.Policy().Log, new Random(11));
        for (var round = 0; round < 3000; round++)
        {
            var bytes = good.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var e = Assert.ThrowsAny<MalformedException>(() => CertificateFile.Parse(bytes).Check(policy));
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    [Fact]
    public void An_older_state_another_account_and_another_logs_checkpoint_are_refused()
    {
        var folded = Folded.Small();
        var (old, policy) = (folded.Certificate(), folded.Policy().Log);
        folded.Audited.Run(1, 300_000, _ => 'r');
        folded.Step();
        var now = folded.Certificate();
        Assert.NotEqual(old.Check(policy)[0].Time, now.Check(policy)[0].Time);
        Assert.Throws<MalformedException>(() => (now with { State = old.State }).Check(policy));
        Assert.Throws<MalformedException>(() => (now with { Entry = old.Entry }).Check(policy));
        Assert.Throws<MalformedException>(() => (now with { Account = now.Account with { Service = "another" } }).Check(policy));
        var other = new MemoryTree(folded.Audited.Provider).Note;
        Assert.Throws<MalformedException>(() => (now with { Proof = now.Proof with { Note = other } }).Check(policy));
        var witness = folded.Folder.KeyOf("witness");
        var asking = folded.Policy($"witness w {VerifierKey.Create("w.test", NoteSignatureType.Cosignature, witness.PublicKey)}\nquorum w\n").Log;
        Assert.Throws<MalformedException>(() => now.Check(asking));
        var cosigned = now.Proof.Note with { Signatures = now.Proof.Note.Signatures.Add(Cosignature.Sign(now.Proof.Note.Text, "w.test", witness, 5)) };
        Assert.Single((now with { Proof = now.Proof with { Note = cosigned } }).Check(asking));
    }
}
