"""What the demo's job-analysis documents say, by kind of work: invented, but what such posts do and need."""

# Rows of tables stay on one line.
# ruff: noqa: E501

from dataclasses import dataclass

INDOOR = {
    "01": "Di dalam ruangan", "02": "Sejuk, berpendingin udara", "03": "Bersih", "04": "Cukup luas dan tertata",
    "05": "Strategis, mudah dijangkau", "06": "Terang", "07": "Tenang", "08": "Bersih dan rapi", "09": "Tidak ada",
}  # fmt: skip
OUTDOOR = {
    "01": "Di luar ruangan dan di dalam ruangan", "02": "Panas, 30–35 °C", "03": "Terbuka, berdebu",
    "04": "Sesuai lokasi tugas", "05": "Berpindah menurut lokasi", "06": "Cahaya matahari", "07": "Bising lalu lintas",
    "08": "Kotor, basah pada musim hujan", "09": "Ada, dari kendaraan dan mesin",
}  # fmt: skip
CLINIC = {
    "01": "Ruang pelayanan dan kunjungan rumah", "02": "Sejuk", "03": "Bersih, berventilasi", "04": "Memenuhi syarat sanitasi",
    "05": "Dekat permukiman", "06": "Terang", "07": "Ramai pada jam pelayanan", "08": "Bersih, terdapat limbah medis", "09": "Tidak ada",
}  # fmt: skip
SCHOOL = {
    "01": "Ruang kelas dan lapangan sekolah", "02": "Sesuai cuaca", "03": "Berventilasi", "04": "Cukup bagi 28–32 murid",
    "05": "Lingkungan sekolah", "06": "Terang", "07": "Ramai", "08": "Bersih", "09": "Tidak ada",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """One kind of work. Pairs are (words, column beside them); codes as the national lists write them."""

    summary: str
    technical: tuple[str, ...]
    experience: str
    materials: tuple[tuple[str, str], ...]
    tools: tuple[tuple[str, str], ...]
    duties: tuple[str, ...]
    rights: tuple[str, ...]
    relations: tuple[tuple[str, str, str], ...]
    risks: tuple[tuple[str, str], ...]
    skills: tuple[str, ...]
    # bakat, temperamen, minat, upaya fisik, fungsi data, orang, benda
    codes: tuple[str, str, str, str, str, str, str]
    achievement: str
    place: dict[str, str]
    tasks: tuple[str, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    managerial: tuple[str, ...] = ()
    functional: tuple[str, ...] = ()


OFFICE_TOOLS = (
    ("Komputer dan aplikasi perkantoran", "Menyusun dokumen dan mengolah data"),
    ("Telepon dan jaringan internet", "Komunikasi dan pertukaran data"),
)
BOSS = ("Atasan langsung", "Unit kerja sendiri", "Arahan, pelaporan dan konsultasi")
PEERS = ("Pelaksana dan pejabat fungsional", "Unit kerja sendiri", "Kerja sama pelaksanaan tugas")
EYES = ("Kelelahan mata dan nyeri punggung", "Menatap layar dan duduk lama")
TRAFFIC = ("Kecelakaan lalu lintas", "Perjalanan dan pekerjaan di jalan")

TEXTS: dict[str, Text] = {
    "pimpinan": Text(
        summary="Memimpin, merumuskan rencana, mengoordinasikan dan mengendalikan pelaksanaan tugas {unit} sesuai peraturan agar sasaran unit tercapai.",
        managerial=("Pelatihan kepemimpinan sesuai jenjang",), technical=("Penyusunan rencana strategis dan anggaran", "Manajemen risiko"),
        experience="Pernah memangku jabatan setingkat di bawahnya atau jabatan fungsional setara paling singkat tiga tahun",
        tasks=("Merumuskan rencana kerja dan anggaran unit", "Membagi tugas dan membimbing bawahan", "Mengoordinasikan pelaksanaan tugas dengan unit lain", "Memeriksa dan menandatangani naskah dinas", "Mengevaluasi kinerja bawahan dan unit", "Melaporkan pelaksanaan tugas kepada pimpinan"),
        outputs=(("Rencana kerja dan anggaran", "dokumen"), ("Lembar disposisi dan arahan", "kegiatan"), ("Hasil koordinasi", "notula"), ("Naskah dinas", "naskah"), ("Penilaian kinerja bawahan", "dokumen"), ("Laporan kinerja unit", "laporan")),
        materials=(("Rencana strategis dan peraturan", "Merumuskan rencana kerja"), ("Laporan bawahan", "Evaluasi dan pelaporan"), ("Disposisi pimpinan", "Membagi tugas")),
        tools=(*OFFICE_TOOLS, ("Kendaraan dinas", "Koordinasi dan pemantauan lapangan")),
        duties=("Ketercapaian sasaran dan anggaran unit", "Kebenaran naskah dinas yang ditandatangani", "Disiplin dan kinerja bawahan", "Kerahasiaan data kepegawaian bawahan"),
        rights=("Menentukan prioritas kerja unit", "Memberi tugas, menilai dan menegur bawahan", "Menandatangani naskah dinas sesuai kewenangan", "Meminta data kepada unit lain"),
        relations=(BOSS, ("Kepala unit setingkat", "Perangkat daerah lain", "Koordinasi kegiatan lintas unit"), ("Badan Perencanaan dan Badan Keuangan", "Pemerintah kota", "Penganggaran"), ("DPRD dan masyarakat", "Luar instansi", "Penjelasan program")),
        risks=(("Tekanan kerja", "Tenggat dan tanggung jawab yang besar"), ("Gugatan administrasi", "Keputusan yang disengketakan")),
        skills=("Menyusun rencana dan anggaran", "Memimpin rapat dan bernegosiasi", "Menganalisis laporan kinerja"),
        codes=("G V Q", "D I P V", "K S", "02 03 18 19 20", "D0 D2", "O0 O1 O3", "B7"), achievement="Sasaran unit tercapai sedikitnya 95 % dan realisasi anggaran sedikitnya 92 %", place=INDOOR,
    ),
    "klerek": Text(
        summary="Menerima, mencatat, mengetik dan menata surat serta arsip {unit} sesuai tata naskah dinas agar administrasi tertib.",
        technical=("Tata naskah dinas", "Pengelolaan arsip dinamis"), experience="Pernah bekerja di bidang ketatausahaan sedikitnya satu tahun",
        materials=(("Surat masuk dan keluar", "Dicatat dan diteruskan"), ("Konsep naskah", "Diketik dan dikirim"), ("Berkas arsip", "Ditata")),
        tools=(*OFFICE_TOOLS, ("Pemindai dan lemari arsip", "Menyimpan dan menemukan kembali arsip")),
        duties=("Kerapian dan kelengkapan arsip", "Kerahasiaan surat", "Ketepatan waktu pengiriman surat"), rights=("Meminta kelengkapan berkas", "Menolak berkas yang tidak lengkap", "Mengusulkan penyusutan arsip"),
        relations=(BOSS, PEERS, ("Bagian Umum", "Sekretariat Daerah", "Pengiriman surat")), risks=(EYES, ("Debu dan jamur", "Arsip kertas lama")),
        skills=("Mengetik sepuluh jari", "Mengoperasikan aplikasi persuratan", "Menata arsip"),
        codes=("V Q F", "R T", "Ko", "03 05 16 20 22", "D5 D6", "O7 O8", "B7"), achievement="Surat tercatat dan diteruskan pada hari yang sama", place=INDOOR,
    ),
    "olahdata": Text(
        summary="Mengumpulkan, memeriksa, mengolah dan menyajikan data {unit} secara akurat sebagai bahan keputusan dan pelaporan.",
        technical=("Pengolahan data dan statistik dasar", "Keamanan informasi"), experience="Pernah mengolah data atau menyusun laporan sedikitnya satu tahun",
        materials=(("Formulir dan data mentah", "Diperiksa dan dimasukkan"), ("Laporan unit", "Dicocokkan"), ("Pedoman data", "Acuan pengolahan")),
        tools=(*OFFICE_TOOLS, ("Aplikasi basis data", "Menyimpan dan mengolah data")),
        duties=("Kebenaran dan kemutakhiran data", "Kerahasiaan data pribadi", "Ketepatan waktu penyajian"), rights=("Meminta data kepada unit lain", "Mengembalikan data yang tidak sah", "Mengusulkan perbaikan formulir"),
        relations=(BOSS, PEERS, ("Dinas Kominfo", "Pemerintah kota", "Pemeliharaan aplikasi dan data"), ("Badan Pusat Statistik", "Instansi vertikal", "Penyamaan data")), risks=(EYES, ("Kebocoran data", "Akses tidak sah ke aplikasi")),
        skills=("Mengolah lembar kerja dan tabel", "Memeriksa mutu data", "Menyajikan grafik"),
        codes=("G N Q", "M R T", "Ko I", "03 16 20 22", "D3 D4 D6", "O6 O8", "B2"), achievement="Data mutakhir dan cocok dengan sumber sedikitnya 98 %", place=INDOOR,
    ),
    "analis": Text(
        summary="Menghimpun bahan, menelaah masalah dan menyusun rancangan kebijakan {unit} berdasarkan data dan peraturan sebagai bahan keputusan pimpinan.",
        technical=("Analisis kebijakan publik", "Penyusunan peraturan perundang-undangan"), functional=("Pelatihan jabatan fungsional sesuai jenjang",), experience="Pernah menyusun telaahan atau kajian sedikitnya dua tahun",
        materials=(("Peraturan dan data sektor", "Ditelaah"), ("Hasil kajian", "Bahan rancangan"), ("Aduan masyarakat", "Bahan masalah kebijakan")),
        tools=(*OFFICE_TOOLS, ("Basis data peraturan", "Mencari dasar hukum")),
        duties=("Kebenaran analisis dan dasar hukumnya", "Objektivitas telaahan", "Kerahasiaan rancangan"), rights=("Meminta data dan keterangan", "Mengusulkan pilihan kebijakan", "Menolak bahan yang tidak sah"),
        relations=(BOSS, PEERS, ("Bagian Hukum", "Sekretariat Daerah", "Penyelarasan rancangan peraturan"), ("Perguruan tinggi", "Luar instansi", "Kajian dan data")), risks=(EYES, ("Tekanan pihak berkepentingan", "Usul kebijakan yang tidak disukai")),
        skills=("Menulis telaahan", "Menganalisis data dan peraturan", "Memaparkan hasil"),
        codes=("G V N Q", "F I M V", "I A", "03 18 20 22", "D0 D2 D3", "O0 O1", "B7"), achievement="Telaahan selesai sesuai tenggat dan dipakai pimpinan", place=INDOOR,
    ),
    "auditor": Text(
        summary="Merencanakan dan melaksanakan pengawasan intern di {unit} menurut standar audit agar penyelenggaraan pemerintahan efektif dan bersih.",
        technical=("Audit berbasis risiko", "Audit pengadaan barang dan jasa"), functional=("Sertifikasi jabatan fungsional auditor",), experience="Pernah menjadi anggota tim audit sedikitnya dua tahun",
        materials=(("Program kerja pengawasan", "Dasar penugasan"), ("Dokumen keuangan dan kegiatan", "Diuji"), ("Laporan sebelumnya", "Pemantauan tindak lanjut")),
        tools=(*OFFICE_TOOLS, ("Aplikasi kertas kerja audit", "Mendokumentasikan pengujian")),
        duties=("Mutu kertas kerja dan laporan", "Kerahasiaan temuan", "Independensi"), rights=("Meminta dokumen dan keterangan auditi", "Menguji fisik dan kas", "Menyampaikan rekomendasi"),
        relations=(BOSS, ("Pejabat dan bendahara auditi", "Perangkat daerah", "Pengujian dan konfirmasi"), ("BPKP dan BPK", "Luar instansi", "Pembinaan dan pemeriksaan")), risks=(("Ancaman dan bujukan", "Temuan yang merugikan pihak tertentu"), TRAFFIC),
        skills=("Menyusun program audit", "Mewawancarai", "Menulis laporan hasil pengawasan"),
        codes=("G V N Q", "J M S T", "I Ko", "02 03 18 20 22", "D2 D4 D6", "O0 O1", "B7"), achievement="Semua penugasan program kerja selesai; tindak lanjut rekomendasi sedikitnya 85 %", place=INDOOR,
    ),
    "komputer": Text(
        summary="Membangun, memelihara dan mengamankan sistem, jaringan dan basis data {unit} agar layanan digital andal.",
        technical=("Pengembangan aplikasi dan basis data", "Keamanan siber"), functional=("Pelatihan fungsional pranata komputer",), experience="Pernah mengelola sistem atau mengembangkan aplikasi sedikitnya satu tahun",
        materials=(("Kebutuhan pengguna", "Dasar rancangan modul"), ("Log sistem", "Menangani gangguan"), ("Cadangan data", "Pemulihan")),
        tools=(("Peladen dan perangkat jaringan", "Menjalankan layanan"), ("Perangkat lunak pengembangan", "Membuat dan menguji modul"), ("Alat pemantau", "Mengetahui gangguan")),
        duties=("Ketersediaan layanan", "Keamanan data dan akses", "Dokumentasi sistem"), rights=("Menghentikan layanan yang membahayakan", "Mengatur hak akses sesuai persetujuan", "Mengusulkan perangkat"),
        relations=(BOSS, PEERS, ("Pengguna layanan", "Semua perangkat daerah", "Penanganan gangguan"), ("Penyedia jaringan", "Luar instansi", "Pemeliharaan")), risks=(EYES, ("Sengatan listrik", "Bekerja pada peladen dan panel listrik"), ("Kerja di luar jam dinas", "Gangguan mendadak")),
        skills=("Pemrograman", "Administrasi peladen", "Pengujian keamanan"),
        codes=("G N S Q", "M S T V", "I R", "03 04 16 20 22", "D0 D2 D3", "O6 O7", "B1 B2"), achievement="Layanan tersedia sedikitnya 99 % dan gangguan tertangani dalam satu hari kerja", place=INDOOR,
    ),
    "arsip": Text(
        summary="Menerima, mengolah, melayankan dan memelihara arsip atau koleksi {unit} sesuai kaidah kearsipan agar mudah ditemukan.",
        technical=("Penyusutan dan alih media arsip", "Klasifikasi arsip"), functional=("Pelatihan fungsional arsiparis atau pustakawan",), experience="Pernah mengelola arsip sedikitnya satu tahun",
        materials=(("Arsip dan koleksi", "Diolah dan dideskripsikan"), ("Jadwal retensi arsip", "Penyusutan")),
        tools=(("Rak, boks dan pemindai", "Menyimpan dan alih media"), *OFFICE_TOOLS), duties=("Keutuhan arsip", "Ketepatan deskripsi", "Kerahasiaan arsip tertutup"), rights=("Menolak arsip tanpa daftar", "Mengusulkan pemusnahan", "Membatasi akses arsip tertutup"),
        relations=(BOSS, ("Unit pencipta arsip", "Semua perangkat daerah", "Penyerahan arsip"), ("Masyarakat", "Luar instansi", "Layanan arsip")), risks=(("Gangguan pernapasan", "Debu dan jamur arsip"), ("Tertimpa boks", "Mengangkat dan menata rak")),
        skills=("Mendeskripsikan arsip", "Alih media", "Melayani pengguna"),
        codes=("V Q P", "R T", "Ko S", "01 04 05 14 20", "D3 D5 D6", "O7", "B4 B7"), achievement="Arsip terdaftar dan ditemukan kembali paling lama lima belas menit", place=INDOOR,
    ),
    "lapangan": Text(
        summary="Melaksanakan dan mencatat tugas operasional {unit} di lapangan sesuai prosedur agar layanan dan sarana kota terpelihara.",
        technical=("Keselamatan kerja", "Pengoperasian peralatan"), experience="Pernah bekerja di lapangan sedikitnya satu tahun",
        materials=(("Surat perintah kerja", "Dasar pelaksanaan"), ("Laporan masyarakat", "Ditanggapi"), ("Bahan dan suku cadang", "Pemeliharaan")),
        tools=(("Kendaraan operasional", "Menuju lokasi"), ("Peralatan kerja dan alat pelindung diri", "Melaksanakan tugas dengan selamat"), ("Telepon genggam", "Melaporkan kegiatan")),
        duties=("Keselamatan diri dan rekan", "Keutuhan peralatan", "Kebenaran laporan harian"), rights=("Menghentikan pekerjaan yang berbahaya", "Meminta alat pelindung diri", "Menegur pelanggar sesuai prosedur"),
        relations=(BOSS, PEERS, ("Lurah dan kepala lingkungan", "Kelurahan", "Penanganan laporan warga"), ("Warga dan pengguna jalan", "Luar instansi", "Sosialisasi dan penertiban")), risks=(TRAFFIC, ("Cedera dan terkilir", "Mengangkat beban dan mengoperasikan alat"), ("Penyakit akibat cuaca", "Bekerja di bawah panas dan hujan")),
        skills=("Mengoperasikan peralatan", "Pertolongan pertama", "Berkomunikasi dengan warga"),
        codes=("K E M", "P S R", "R S", "01 02 04 05 06 20 21", "D6", "O7 O8", "B3 B4"), achievement="Semua perintah kerja selesai dan laporan warga ditanggapi dalam satu hari", place=OUTDOOR,
    ),
    "penyuluh": Text(
        summary="Merencanakan dan melaksanakan penyuluhan serta pendampingan kelompok binaan {unit} agar pengetahuan dan kemandirian masyarakat meningkat.",
        technical=("Metode penyuluhan partisipatif", "Pemberdayaan masyarakat"), functional=("Pelatihan fungsional penyuluh",), experience="Pernah mendampingi kelompok masyarakat sedikitnya satu tahun",
        materials=(("Data sasaran binaan", "Menyusun rencana"), ("Bahan penyuluhan", "Disampaikan"), ("Programa penyuluhan", "Acuan")),
        tools=(("Alat peraga dan proyektor", "Penyuluhan"), ("Sepeda motor dinas", "Kunjungan binaan"), *OFFICE_TOOLS[:1]), duties=("Kebenaran materi", "Kemutakhiran data binaan", "Keberlanjutan kelompok"), rights=("Menentukan metode penyuluhan", "Meminta data binaan", "Mengusulkan bantuan kelompok"),
        relations=(BOSS, ("Kelompok binaan", "Masyarakat", "Penyuluhan dan pendampingan"), ("Camat dan lurah", "Kecamatan", "Izin dan dukungan kegiatan")), risks=(TRAFFIC, ("Penolakan warga", "Kegiatan yang tidak disepakati")),
        skills=("Berbicara di depan umum", "Memfasilitasi diskusi", "Menulis laporan"),
        codes=("G V", "I P V", "S K", "01 02 18 19 20", "D3 D6", "O0 O2 O5 O6", "B7"), achievement="Empat kegiatan penyuluhan sebulan dan 80 % kelompok aktif", place=OUTDOOR,
    ),
    "nakes": Text(
        summary="Memberi pelayanan kesehatan sesuai kompetensi dan standar prosedur di {unit} agar masyarakat mendapat pelayanan yang aman dan bermutu.",
        technical=("Bantuan hidup dasar", "Pencegahan dan pengendalian infeksi"), functional=("Pelatihan jabatan fungsional kesehatan sesuai jenjang",), experience="Memiliki STR dan SIP yang berlaku; pengalaman pelayanan sedikitnya satu tahun",
        materials=(("Rekam medis", "Dasar pelayanan"), ("Obat dan bahan habis pakai", "Tindakan"), ("Standar prosedur", "Acuan tindakan")),
        tools=(("Alat kesehatan", "Pemeriksaan dan tindakan"), ("Alat pelindung diri", "Mencegah penularan"), ("Aplikasi rekam medis", "Mendokumentasikan pelayanan")),
        duties=("Keselamatan pasien", "Kerahasiaan rekam medis", "Kesiapan alat dan obat", "Pengelolaan limbah medis"), rights=("Melakukan tindakan sesuai kewenangan klinis", "Menolak tindakan di luar kompetensi", "Merujuk pasien sesuai prosedur"),
        relations=(BOSS, ("Tenaga kesehatan lain", "Unit kerja sendiri", "Pelayanan terpadu"), ("Rumah sakit rujukan", "Luar instansi", "Rujukan pasien"), ("Kader posyandu", "Masyarakat", "Pelayanan luar gedung")), risks=(("Tertular penyakit", "Kontak dengan pasien dan bahan biologis"), ("Tertusuk jarum", "Tindakan dan limbah tajam"), ("Kekerasan dari keluarga pasien", "Keadaan darurat")),
        skills=("Komunikasi terapeutik", "Tindakan sesuai standar profesi", "Pendokumentasian"),
        codes=("G V Q F M", "P S T V", "S I", "01 02 03 15 16 17 20", "D2 D6", "O0 O7", "B1 B4"), achievement="Standar pelayanan minimal kesehatan tercapai 100 % pada sasaran yang ditangani", place=CLINIC,
    ),
    "guru": Text(
        summary="Merencanakan, melaksanakan dan menilai pembelajaran serta membimbing murid di {unit} agar capaian pembelajaran tercapai.",
        technical=("Kurikulum dan asesmen", "Pembelajaran berdiferensiasi"), functional=("Pendidikan profesi guru",), experience="Memiliki sertifikat pendidik; pengalaman mengajar sedikitnya satu tahun",
        tasks=("Menyusun perangkat pembelajaran", "Melaksanakan pembelajaran", "Menilai hasil belajar", "Membimbing dan melatih murid", "Melaksanakan tugas tambahan sekolah"), outputs=(("Perangkat ajar", "dokumen"), ("Kegiatan pembelajaran", "jam"), ("Nilai hasil belajar", "daftar"), ("Bimbingan murid", "kegiatan"), ("Laporan tugas tambahan", "laporan")),
        materials=(("Kurikulum dan buku teks", "Menyusun perangkat ajar"), ("Hasil asesmen", "Perbaikan pembelajaran")), tools=(("Papan tulis dan proyektor", "Pembelajaran"), ("Laptop", "Menyusun perangkat dan nilai")),
        duties=("Mutu pembelajaran", "Keselamatan murid di sekolah", "Kebenaran nilai", "Kerahasiaan data murid"), rights=("Memilih metode dan media", "Menilai dan menentukan kenaikan bersama dewan guru", "Memberi penghargaan dan pembinaan"),
        relations=(BOSS, ("Guru lain dan tenaga kependidikan", "Sekolah", "Pembelajaran terpadu"), ("Orang tua murid dan komite", "Masyarakat", "Perkembangan murid"), ("Pengawas sekolah", "Dinas Pendidikan", "Supervisi")), risks=(("Gangguan suara", "Berbicara lama"), ("Stres", "Jumlah murid dan beban administrasi")),
        skills=("Mengelola kelas", "Menyusun asesmen", "Memakai media pembelajaran"),
        codes=("G V", "D I P V", "S A", "01 02 03 18 19 20", "D2 D3", "O2 O3 O4", "B7"), achievement="Sedikitnya 24 jam tatap muka seminggu dan 85 % murid mencapai kompetensi minimum", place=SCHOOL,
    ),
    "pungut": Text(
        summary="Memungut, menghitung dan menyetorkan retribusi {unit} sesuai peraturan daerah agar pendapatan tercatat dan aman.",
        technical=("Tata cara pemungutan retribusi", "Pembayaran nontunai"), experience="Pernah bertugas di bidang pendapatan sedikitnya satu tahun",
        materials=(("Karcis retribusi", "Dibagikan"), ("Uang hasil pungutan", "Dihitung dan disetor"), ("Peraturan daerah retribusi", "Acuan tarif")), tools=(("Mesin EDC dan telepon genggam", "Pembayaran nontunai"), ("Sepeda motor dinas", "Menuju lokasi")),
        duties=("Kesesuaian karcis dan setoran", "Keamanan uang", "Kesopanan pelayanan"), rights=("Memungut sesuai tarif", "Menegur juru parkir", "Menolak pembayaran tidak sah"),
        relations=(BOSS, ("Bendahara penerimaan", "Unit kerja sendiri", "Penyetoran"), ("Juru parkir dan pengguna jalan", "Luar instansi", "Pemungutan")), risks=(TRAFFIC, ("Perampokan", "Membawa uang tunai")),
        skills=("Menghitung uang dengan teliti", "Memakai alat pembayaran nontunai"),
        codes=("N Q M", "P R S", "Ko R", "01 02 15 18 20", "D4 D6", "O6 O7", "B7"), achievement="Setoran harian 100 % sesuai karcis", place=OUTDOOR,
    ),
}  # fmt: skip
HEALTH_KINDS = frozenset({"perawat", "bidan", "dokter", "farmasi", "gizi", "sanitasi", "laboratorium"})


def kind_of(tasks: str, group: str) -> str:
    """The kind of text of a job by what its people do in the demo."""
    if group == "manajerial":
        return "pimpinan"
    if tasks in HEALTH_KINDS:
        return "nakes"
    return tasks if tasks in TEXTS else "pimpinan"
